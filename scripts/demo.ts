// npm run demo: shows `ctdbts` at work on a machine without CTDB, against a recording of a real one. The embedded cluster will take
// its place; until then a daemon that only repeats what a real ctdbd once said has to do.
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dir = mkdtempSync(join(tmpdir(), 'ctdbts-demo-'))
const socket = join(dir, 'ctdbd.socket')

function show(...argv: string[]): void {
  console.log(`\n$ ctdbts ${argv.join(' ')}`)
  const env = { ...process.env, CTDB_SOCKET: socket }
  const { status } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...argv], { env, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

console.log('This is no live cluster: a recording of a real three-node CTDB 4.17 answers. Nothing on this machine is touched.')
const daemon = fork(join(root, 'scripts/recorded/daemon.ts'), [socket, 'demo'])
try {
  await once(daemon, 'message')
  show('status')
  show('ip', 'all', '-v')
  show('ip', 'all', '--table')
} finally {
  daemon.kill()
  rmSync(dir, { recursive: true, force: true })
}
console.log('\nThe same on a node of yours, as root: npx ctdbts status')
