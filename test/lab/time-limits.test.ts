import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { untilHealthy } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { runBoth } from './side-by-side/compare.ts'

const LIMIT_S = 2
const LIMIT = ['-t', String(LIMIT_S)]
/** What may come on top of the limit and of the time that the program takes to start. */
const GRACE_MS = 350
/** One slow run on a busy machine proves nothing: the best of three counts. */
const BEST_OF_THREE = { retry: 2 }
/** An error message: one line that says what is wrong, and one that says what to do. */
const MESSAGE = /^ctdbts: [^\n]+\n {2}[^\n]+\n$/

/** Makes daemons hang during the tests of a suite. The other daemons must not treat them as disconnected meanwhile. */
function whileTheyHang(lab: Lab, pnns: readonly number[]): void {
  beforeAll(async () => {
    await lab.noticeSilence(false)
    for (const pnn of pnns) lab.signal(pnn, 'ctdbd', 'SIGSTOP')
  })
  afterAll(async () => {
    for (const pnn of pnns) lab.signal(pnn, 'ctdbd', 'SIGCONT')
    await lab.noticeSilence(true)
    await untilHealthy(lab)
  })
}

/** How long a command may take that starts at the same time. Includes the time to start the program, which depends on the load. */
async function longestMs(lab: Lab, pnn: number, limitMs: number): Promise<number> {
  const { durationMs } = await lab.ctdbtsProcess(pnn, 'version')
  return limitMs + durationMs + GRACE_MS
}

describeOnLab('keeps its time limits', (lab) => {
  describe('when the local daemon hangs', () => {
    whileTheyHang(lab, [1])

    it.each(['ip', 'ip all', 'status', '-n 0 ip'])('ends: %s', BEST_OF_THREE, async (command) => {
      const [{ stdout, stderr, status, durationMs }, allowedMs] = await Promise.all([
        lab.ctdbtsProcess(1, ...LIMIT, ...command.split(' ')),
        longestMs(lab, 1, LIMIT_S * 1000),
      ])
      expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: expect.stringMatching(MESSAGE), status: 110 })
      expect(stderr).toContain(`did not answer within ${LIMIT_S} s`)
      expect(durationMs).toBeLessThanOrEqual(allowedMs)
    })
  })

  describe('when the local daemon is killed while a command waits', () => {
    afterEach(async () => {
      for (const pnn of [0, 2]) lab.signal(pnn, 'recoverd', 'SIGCONT')
      await lab.startDaemon(1)
      await untilHealthy(lab)
    })

    /** Runs a command that would wait for long, kills the daemon when it is connected, and measures how long it takes to end then. */
    async function killUnder(command: string) {
      const allowedMs = await longestMs(lab, 1, 0)
      const before = await connections(lab, 1)
      const run = lab.ctdbtsProcess(1, '-t', '30', command)
      await waitUntil('the command is connected', async () => ((await connections(lab, 1)) > before ? undefined : 'it is not'))
      const killedAt = performance.now()
      lab.killDaemon(1)
      const { durationMs: _, ...result } = await run
      return { result, elapsedMs: performance.now() - killedAt, allowedMs }
    }

    const clearFailure = { stdout: '', stderr: expect.stringMatching(MESSAGE), status: 1 }

    it('ends at once if the daemon hung', async () => {
      lab.signal(1, 'ctdbd', 'SIGSTOP')
      const { result, elapsedMs, allowedMs } = await killUnder('ip')
      expect(result).toEqual(clearFailure)
      expect(elapsedMs).toBeLessThanOrEqual(allowedMs)
    })

    it('ends at once if the command waited for the leader', async () => {
      for (const pnn of lab.pnns) lab.signal(pnn, 'recoverd', 'SIGSTOP')
      const { result, elapsedMs, allowedMs } = await killUnder('status')
      expect(result).toEqual(clearFailure)
      expect(elapsedMs).toBeLessThanOrEqual(allowedMs)
    })
  })

  describe('when all other nodes hang and are not seen as disconnected yet', () => {
    whileTheyHang(lab, [1, 2])

    it.each(['status', 'ip all', '-n 2 status'])(
      'takes one time limit, not one for each node: %s',
      BEST_OF_THREE,
      async (command) => {
        const [{ durationMs }, allowedMs] = await Promise.all([
          lab.ctdbtsProcess(0, ...LIMIT, ...command.split(' ')),
          longestMs(lab, 0, LIMIT_S * 1000),
        ])
        expect(durationMs).toBeLessThanOrEqual(allowedMs)
      },
    )

    it('ends at the total time limit (-T)', BEST_OF_THREE, async () => {
      const [{ durationMs }, allowedMs] = await Promise.all([
        lab.ctdbtsProcess(0, '-T', '1', '-n', '2', 'ip'),
        longestMs(lab, 0, 1000),
      ])
      expect(durationMs).toBeLessThanOrEqual(allowedMs)
    })

    it.concurrent.for(['status', 'ip all', '-T 1 -n 2 ip'])(
      'prints what the real tool prints: %s',
      async (command, { expect }) => {
        const { ctdb, ctdbts } = await runBoth(lab, 0, [...LIMIT, ...command.split(' ')])
        expect(ctdbts).toEqual(ctdb)
      },
    )
  })
})

/** The number of connections to the daemon of a node, including those that it has not accepted yet. */
async function connections(lab: Lab, pnn: number): Promise<number> {
  const sockets = await lab.must(pnn, 'cat', '/proc/net/unix')
  return sockets.split('\n').filter((line) => line.endsWith('/ctdbd.socket')).length
}
