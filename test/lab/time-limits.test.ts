import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { untilHealthy } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { runBoth } from './side-by-side/compare.ts'

const LIMIT_S = 2
const LIMIT = ['-t', String(LIMIT_S)]
/** What may come on top of the limit; starting Node and entering the namespaces are in it. */
const GRACE_MS = 500
/** One bad time on a machine that is busy with something else proves nothing: the best of three counts. */
const BEST_OF_THREE = { retry: 2 }
/** One line that says what is wrong, and one behind it that says what to do. */
const MESSAGE = /^ctdbts: [^\n]+\n {2}[^\n]+\n$/

/** Stops daemons for the tests of a suite; the others are not to take them for disconnected meanwhile. */
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

describeOnLab('keeps its time limits', (lab) => {
  describe('when the local daemon hangs', () => {
    whileTheyHang(lab, [1])

    it.each(['ip', 'ip all', 'status', '-n 0 ip'])('ends: %s', BEST_OF_THREE, async (command) => {
      const { stdout, stderr, status, durationMs } = await lab.ctdbts(1, ...LIMIT, ...command.split(' '))
      expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: expect.stringMatching(MESSAGE), status: 110 })
      expect(stderr).toContain(`did not answer within ${LIMIT_S} s`)
      expect(durationMs).toBeLessThanOrEqual(LIMIT_S * 1000 + GRACE_MS)
    })
  })

  describe('when the local daemon is killed while a command waits', () => {
    afterEach(async () => {
      for (const pnn of [0, 2]) lab.signal(pnn, 'recoverd', 'SIGCONT')
      await lab.startDaemon(1)
      await untilHealthy(lab)
    })

    /** Runs a command that would wait for long, kills the daemon when it is connected, and tells how long it took to end then. */
    async function killUnder(command: string) {
      const before = await connections(lab, 1)
      const run = lab.ctdbts(1, '-t', '30', command)
      await waitUntil('the command is connected', async () => ((await connections(lab, 1)) > before ? undefined : 'it is not'))
      const killedAt = performance.now()
      lab.killDaemon(1)
      const { durationMs: _, ...result } = await run
      return { result, elapsedMs: performance.now() - killedAt }
    }

    const clearFailure = { stdout: '', stderr: expect.stringMatching(MESSAGE), status: 1 }

    it('ends at once where the daemon hung', async () => {
      lab.signal(1, 'ctdbd', 'SIGSTOP')
      const { result, elapsedMs } = await killUnder('ip')
      expect(result).toEqual(clearFailure)
      expect(elapsedMs).toBeLessThanOrEqual(GRACE_MS)
    })

    it('ends at once where the command waited for the leader', async () => {
      for (const pnn of lab.pnns) lab.signal(pnn, 'recoverd', 'SIGSTOP')
      const { result, elapsedMs } = await killUnder('status')
      expect(result).toEqual(clearFailure)
      expect(elapsedMs).toBeLessThanOrEqual(GRACE_MS)
    })
  })

  describe('when all other nodes hang and are not seen as disconnected yet', () => {
    whileTheyHang(lab, [1, 2])

    it.each(['status', 'ip all', '-n 2 status'])('takes one limit, not one for each: %s', BEST_OF_THREE, async (command) => {
      const { durationMs } = await lab.ctdbts(0, ...LIMIT, ...command.split(' '))
      expect(durationMs).toBeLessThanOrEqual(LIMIT_S * 1000 + GRACE_MS)
    })

    it('ends when the time for everything (-T) is up', BEST_OF_THREE, async () => {
      const { durationMs } = await lab.ctdbts(0, '-T', '1', '-n', '2', 'ip')
      expect(durationMs).toBeLessThanOrEqual(1000 + GRACE_MS)
    })

    it.concurrent.each(['status', 'ip all', '-T 1 -n 2 ip'])('says what the real tool says: %s', async (command) => {
      const { ctdb, ctdbts } = await runBoth(lab, 0, [...LIMIT, ...command.split(' ')])
      expect(ctdbts).toEqual(ctdb)
    })
  })
})

/** How many connections a node's daemon has, those included that it has not accepted yet. */
async function connections(lab: Lab, pnn: number): Promise<number> {
  const sockets = await lab.must(pnn, 'cat', '/proc/net/unix')
  return sockets.split('\n').filter((line) => line.endsWith('/ctdbd.socket')).length
}
