import { afterAll, beforeAll, describe, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { untilHealthy } from './harness/view.ts'
import { ALL_COMMAND_LINES, REFUSED_COMMAND_LINES, STATE_COMMAND_LINES } from './side-by-side/command-lines.ts'
import { runBoth } from './side-by-side/compare.ts'
import { CLUSTER_STATES } from './side-by-side/states.ts'

const NODES = [0, 1, 2]

describeOnLab('prints and returns the same as the real tool', (lab) => {
  let compared = 0
  let same = 0

  const compare = (nodes: readonly number[], commandLines: readonly (readonly string[])[]) => {
    const combinations = nodes.flatMap((pnn) => commandLines.map((argv) => ({ pnn, argv, words: argv.join(' ') })))
    it.concurrent.for(combinations)('on node $pnn: $words', async ({ pnn, argv }, { expect }) => {
      compared++
      const { ctdb, ctdbts } = await runBoth(lab, pnn, argv)
      expect(ctdbts).toEqual(ctdb)
      same++
    })
  }

  afterAll(() => {
    process.stdout.write(`${same} of ${compared} combinations are the same\n`)
  })

  describe('with every option in a healthy cluster', () => compare(NODES, ALL_COMMAND_LINES))
  describe('with invalid command lines', () => compare([0], REFUSED_COMMAND_LINES))

  describe.each(CLUSTER_STATES)('when $name', ({ enter, leave, askedOn = NODES, limit }) => {
    beforeAll(() => enter(lab))
    afterAll(async () => {
      await leave(lab)
      await untilHealthy(lab)
    })
    const limited = limit === undefined ? [] : ['-t', String(limit)]
    compare(
      askedOn,
      STATE_COMMAND_LINES.map((argv) => [...argv, ...limited]),
    )
  })
})
