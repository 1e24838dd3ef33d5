import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ctdbts, RUN_JS } from '../../support/program.ts'
import { readBack } from '../../support/recorded-world.ts'
import { folder } from '../../support/served-cluster.ts'
import { startWatch } from '../../support/watching.ts'

const linesIn = (path: string): string[] =>
  readdirSync(path)
    .sort()
    .flatMap((name) => readFileSync(`${path}/${name}`, 'utf8').split('\n'))

/** Starts `ctdbts record` of an embedded cluster, and waits until it records. */
async function startRecord(path: string) {
  const argv = [RUN_JS, 'record', '--sim', '--sim-nodes', '2', '--interval', '0.5', '-o', path]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [output] = (await once(child.stdout, 'data')) as [Buffer]
  expect(output.toString()).toBe(`recording an embedded cluster to ${path}\n`)
  return child
}

it('loses no whole line when it is killed, goes on in the same file, and ends with status 0', async () => {
  const { path } = folder()
  for (const ms of [0, Math.random() * 1_000]) {
    const child = await startRecord(path)
    await sleep(ms)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const last = await startRecord(path)
  last.kill('SIGTERM')
  expect(await once(last, 'exit')).toEqual([0, null])
  expect(readdirSync(path)).toHaveLength(1)
  const { observations, reader } = readBack(linesIn(path))
  expect(observations.filter((each) => each.kind === 'seen' && each.snapshot.nodes.length === 2).length).toBeGreaterThanOrEqual(3)
  // A kill may cut a line.
  expect(reader.counts.foreign).toBeLessThanOrEqual(2)
  expect(reader.counts).toMatchObject({ missing: 0, baseless: 0 })
})

it('records what `watch` shows', async () => {
  const { file, path } = folder()
  const watching = startWatch(['--sim', '--sim-nodes', '2', '--json', '--record', file('a.jsonl')])
  await watching.next(/"event":"state"/)
  expect(await watching.end('SIGTERM')).toBe(143)
  expect(readBack(linesIn(path)).timeline[0]?.text).toMatch(/^watching 2 nodes/)
})

it('does not keep a watch from ending, and fails in the end, where it cannot write', async () => {
  const { file } = folder()
  const watching = startWatch(['--sim', '--sim-nodes', '2', '--json', '--record', file('no/a.jsonl')])
  await watching.next(/"event":"state"/)
  expect(await watching.end('SIGTERM')).toBe(143)
  expect(watching.stderr()).toMatch(/cannot record to .*ENOENT[\s\S]*lines? (is|are) missing in the recording/)
})

it.each([
  { argv: ['--sim'], says: 'record needs a folder' },
  { argv: ['--sim', '-o', 'x', '--max-size', '9'], says: '--max-size takes a size of at least 64K' },
  { argv: ['--sim', '-o', '/dev/null'], says: 'cannot record to /dev/null' },
  { argv: ['--sim', '-o', 'x', '--json'], says: 'record does not take --json' },
])('refuses $argv', async ({ argv, says }) => {
  const { status, stdout, stderr } = await ctdbts(['record', ...argv])
  expect(status).toBe(1)
  expect(stdout + stderr).toContain(says)
})
