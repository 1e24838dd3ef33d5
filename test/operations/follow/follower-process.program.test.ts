import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimServer } from '../../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'

/** Generous: on a busy machine, a process takes long to start. */
const EVENT_MS = 60_000
const TEST_MS = 4 * EVENT_MS

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
  await expect.poll(looks, { timeout: EVENT_MS }).toBeGreaterThan(2)
  return { server, child, lines, looks, errors: () => stderr }
}

describe('a process that follows a cluster', () => {
  it('ends as soon as the follower is closed, even while one daemon hangs and another is dead', {
    timeout: TEST_MS,
  }, async () => {
    const { server, child, lines, errors } = await following()
    server.cluster.carryOut('hang 1')
    server.cluster.carryOut('kill 2')
    await expect.poll(() => lines().filter((kind) => kind === 'blind').length, { timeout: EVENT_MS }).toBeGreaterThan(1)
    const ended = once(child, 'exit')
    const closedMs = performance.now()
    child.stdin.end()
    expect(await ended).toEqual([0, null])
    expect(performance.now() - closedMs).toBeLessThan(2_000)
    expect(errors()).toBe('')
  })

  it('continues after it was stopped for longer than any time limit', { timeout: TEST_MS }, async () => {
    const { child, lines, looks, errors } = await following()
    for (const _ of ['once', 'again']) {
      child.kill('SIGSTOP')
      await sleep(4_000)
      const before = looks()
      child.kill('SIGCONT')
      await expect.poll(looks, { timeout: EVENT_MS }).toBeGreaterThan(before + 2)
    }
    expect(lines().filter((kind) => kind === 'blind')).toEqual([])
    expect(errors()).toBe('')
  })
})
