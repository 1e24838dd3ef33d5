#!/usr/bin/env node
// Written for old Node versions too: it has to tell them that they are too old before anything else loads. Built-in modules are
// fetched one by one, as an import of `node:fs` would load all that belongs to it.
const OLDEST_NODE = 22

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `ctdbts needs Node.js ${OLDEST_NODE} or later, but this is ${process.version} (in a checkout, \`npx ctdbts\` brings its own)\n`,
  )
  process.exit(1)
}

const module = process.getBuiltinModule('node:module')
const { dirname, join } = process.getBuiltinModule('node:path')

// Compiled code is kept in the user's own cache folder. Node's default, in the temporary folder, could be laid ready by somebody
// else for an administrator to run; for the same reason a home that is not ours is not used.
try {
  const home = process.getBuiltinModule('node:os').homedir()
  if (process.getBuiltinModule('node:fs').statSync(home).uid === process.getuid()) {
    module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'ctdbts'))
  }
} catch {
  // No home, no cache: slower, nothing else.
}

const { main } = module.createRequire(import.meta.url)('../dist/cli.cjs')
await main(process.argv.slice(2), dirname(import.meta.dirname))
