import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { uniformLayout } from '../../../src/lib/sim/layout.ts'
import { startSimServer } from '../../../src/transport/serve/sim-server.ts'

/** A process that follows a simulated cluster, and what it has printed so far. */
async function following() {
  const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 1 })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const paths = server.nodes.map(({ socketPath }) => socketPath)
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [
    join(import.meta.dirname, 'follow-program.ts'),
    ...paths,
  ])
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const lines = () => stdout.split('\n').slice(0, -1)
  const looks = () => lines().filter((kind) => kind === 'seen').length
  await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(2)
  return { server, child, lines, looks, errors: () => stderr }
}

describe('a process that follows a cluster', () => {
  it('ends by itself as soon as it has closed, also while a daemon hangs and another is away', async () => {
    const { server, child, lines, errors } = await following()
    server.cluster.carryOut('hang 1')
    server.cluster.carryOut('kill 2')
    await expect.poll(() => lines().filter((kind) => kind === 'blind').length, { timeout: 20_000 }).toBeGreaterThan(1)
    const ended = once(child, 'exit')
    const closedMs = performance.now()
    child.stdin.end()
    expect(await ended).toEqual([0, null])
    expect(performance.now() - closedMs).toBeLessThan(2_000)
    expect(errors()).toBe('')
  })

  it('just goes on after it was stopped for longer than any time limit', async () => {
    const { child, lines, looks, errors } = await following()
    for (const _ of [1, 2, 3]) {
      child.kill('SIGSTOP')
      await sleep(4_000)
      const before = looks()
      child.kill('SIGCONT')
      await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(before + 2)
    }
    expect(lines().filter((kind) => kind === 'blind')).toEqual([])
    expect(errors()).toBe('')
  })
})
