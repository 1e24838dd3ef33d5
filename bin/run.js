#!/usr/bin/env node
// Also runs in old versions of Node, to report that they are too old before anything else loads. Fetches built-in modules one by one,
// because an import of `node:fs` would load everything that belongs to it.
const OLDEST_NODE = 22

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `ctdbts needs Node.js ${OLDEST_NODE} or later, but this is ${process.version} (in a checkout, \`npx ctdbts\` brings its own)\n`,
  )
  process.exit(1)
}

const module = process.getBuiltinModule('node:module')
const { dirname, join } = process.getBuiltinModule('node:path')

// Keeps compiled code in the user's own cache folder. In Node's default, the temporary folder, somebody else could prepare code for an
// administrator to run; for the same reason, a home folder of another user is not used.
try {
  const fs = process.getBuiltinModule('node:fs')
  const home = process.getBuiltinModule('node:os').homedir()
  if (fs.statSync(home).uid === process.getuid()) {
    const caches = process.env.XDG_CACHE_HOME || join(home, '.cache')
    const own = join(caches, 'ctdbts')
    // Node makes missing folders too, but where none can be made, as under /proc, it tries without end.
    if (!fs.existsSync(own)) for (const folder of [caches, own]) if (!fs.existsSync(folder)) fs.mkdirSync(folder)
    module.enableCompileCache(own)
  }
} catch {
  // No home folder or no place in it, no cache: the start is slower.
}

const { main } = load()
await main(process.argv.slice(2), dirname(import.meta.dirname))

/** The program. While it is being updated, parts of it are missing for a moment. */
function load() {
  try {
    return module.createRequire(import.meta.url)('../dist/program/main.cjs')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    process.stderr.write(
      `ctdbts: a part of it is missing: ${error.message.split('\n')[0]}\n  install it again (in a checkout: npm ci)\n`,
    )
    process.exit(1)
  }
}
