#!/usr/bin/env node
// Kept in words that old Node versions understand: it has to tell them that they are too old before anything else loads.
import { statSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 22

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `ctdbts needs Node.js ${OLDEST_NODE} or later, but this is ${process.version} (in a checkout, \`npx ctdbts\` brings its own)\n`,
  )
  process.exit(1)
}

// Compiled code is kept in the user's own cache folder. Node's default, in the temporary folder, could be laid ready by somebody
// else for an administrator to run; for the same reason a home that is not ours is not used.
try {
  const home = homedir()
  if (statSync(home).uid === process.getuid?.()) {
    module.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'ctdbts'))
  }
} catch {
  // No home, no cache: slower, nothing else.
}

const require = module.createRequire(import.meta.url)
const { main } = require('../dist/cli.cjs')
await main(process.argv.slice(2), dirname(dirname(fileURLToPath(import.meta.url))))
