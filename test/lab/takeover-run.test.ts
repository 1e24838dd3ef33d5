import { afterAll, beforeAll, expect, it } from 'vitest'
import { factsOf } from '../../src/lib/snapshot/snapshot.ts'
import { compareOutcome } from '../../src/lib/takeover/outcome.ts'
import { planTakeover } from '../../src/lib/takeover/plan.ts'
import { requestTakeoverRun } from '../../src/operations/administer/takeover-run.ts'
import type { CtdbClient } from '../../src/transport/client/client.ts'
import { connectUnix } from '../../src/transport/local/socket.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { untilHealthy } from './harness/view.ts'
import { drawOperation, type Operation } from './takeover-run/operations.ts'
import { randomFrom } from './takeover-run/random.ts'
import { disableTakeoverRuns, expectSameInputs, look, NotCarriedOut, settled } from './takeover-run/settle.ts'

/** LAB_SCENARIOS=100 makes as many; what-ifs.test.ts follows what commands bring. */
const SCENARIOS = Number(process.env.LAB_SCENARIOS ?? 10)
/** LAB_SEED=… repeats the scenarios of an earlier run. */
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)

describeOnLab('a takeover run', (lab) => {
  const random = randomFrom(seed)
  let client: CtdbClient
  let predicted = 0

  beforeAll(async () => {
    client = await connectUnix(lab.socketPath(0), { timeoutMs: 30_000 })
  })

  afterAll(async () => {
    process.stdout.write(`${predicted} of ${SCENARIOS} takeover runs were as predicted (LAB_SEED=${seed})\n`)
    await restore()
    client.close()
    await untilHealthy(lab)
  }, 240_000)

  /** Makes one or two changes while takeover runs are disabled, predicts the next run, lets it happen, and reads the outcome. */
  async function scenario(): Promise<{ names: string[]; differences: unknown }> {
    await disableTakeoverRuns(client, 120)
    const operations: Operation[] = []
    let before = await look(client)
    for (let count = random() < 0.5 ? 1 : 2; count > 0; count--) {
      const operation = drawOperation(random, before)
      await operation.carryOut(client, lab)
      operations.push(operation)
      before = await settled(client, before, operation.hasArrived)
    }
    const plan = planTakeover(before, { forceRebalance: operations.flatMap(({ forced }) => forced ?? []) })
    await disableTakeoverRuns(client, 0)
    await requestTakeoverRun(client, client.pnn(), { timeoutMs: 30_000 })
    // The leader replies when all nodes have finished.
    const after = await look(client)
    const { differences } = compareOutcome(plan, after)
    if (differences.length > 0) expectSameInputs(before, after)
    return { names: operations.map(({ name }) => name), differences }
  }

  it('is planned, carried out and checked by the command', async () => {
    const planned = await lab.ctdbts(1, 'takeover-run', '--dry-run', '--detailed-exitcode')
    expect(planned).toMatchObject({
      stderr: '',
      status: 0,
      stdout: expect.stringContaining('0 to move, 0 to assign, 0 to release; 6 stay'),
    })
    const { stdout, stderr, status } = await lab.ctdbts(1, 'takeover-run', '--yes')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/The result matches the plan: 6 of 6 addresses\.\n$/)
    expect(await lab.ctdbts(1, 'ipreallocate')).toMatchObject({ stdout: '', stderr: '', status: 0 })
  })

  it.each(Array.from({ length: SCENARIOS }, (_, index) => index + 1))(
    'goes as predicted: scenario %i',
    async () => {
      const { names, differences } = await scenarioThatWorks()
      expect({ seed, names, differences }).toEqual({ seed, names, differences: [] })
      predicted++
    },
    480_000,
  )

  /** A scenario in which the cluster does not come to rest proves nothing: it is replaced by another, with a message. */
  async function scenarioThatWorks(): ReturnType<typeof scenario> {
    try {
      return await scenario()
    } catch (error) {
      if (!(error instanceof NotCarriedOut)) throw error
      process.stdout.write(`a scenario could not be carried out, another is drawn: ${error.message.slice(0, 200)}\n`)
      return await scenario()
    }
  }

  /** Undoes the changes of the scenarios. */
  async function restore(): Promise<void> {
    for (const pnn of lab.pnns) {
      await lab.plug(pnn, 'eth1')
      await lab.ctdb(0, 'unban', '-n', String(pnn))
      await lab.ctdb(0, 'continue', '-n', String(pnn))
      await lab.ctdb(0, 'enable', '-n', String(pnn))
    }
    for (const pnn of lab.pnns) {
      for (const name of ['NoIPTakeover=0', 'NoIPFailback=0', 'IPAllocAlgorithm=2']) {
        await lab.must(pnn, 'ctdb', 'setvar', ...name.split('='))
      }
      // The files have not been changed.
      await lab.must(pnn, 'ctdb', 'reloadips')
    }
    expect(factsOf(await look(client), 0)?.tunables?.NoIPTakeover).toBe(0)
  }
})
