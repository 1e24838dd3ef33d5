import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { uniformLayout } from '../../../../src/sim/world/layout.ts'
import { healthyCluster, withAll } from '../../../support/audit-cluster.ts'
import { SmallWorld } from '../../../support/sim-world.ts'
import { seenEverywhere } from '../../../support/world-facts.ts'

const ID = 'recovery-repeated'

function found(samples: readonly (Snapshot | undefined)[]) {
  const { findings } = auditSamples(samples.filter((sample) => sample !== undefined))
  return findings.filter(({ id }) => id === ID)
}

/** A cluster whose daemons were started and had their last recovery that many seconds ago. */
const recovering = (count: number, { startedS = 5_000, recoveredS = 4 } = {}) =>
  withAll(healthyCluster(), ({ times }) => ({
    recentRecoveries: { count, seconds: 100 },
    ...(times && {
      times: {
        ...times,
        daemonStart: times.now - startedS,
        lastRecoveryStarted: times.now - recoveredS - 1,
        lastRecoveryFinished: times.now - recoveredS,
      },
    }),
  }))

describe('recoveries that follow one another', () => {
  it('are found where a slow connection breaks and comes back again and again, although each ends', () => {
    const small = new SmallWorld({ layout: uniformLayout(4, 4) }).comeUp()
    small.pass(100)
    expect(found([seenEverywhere(small)])).toEqual([])
    const [a, b] = [small.leader.pnn, small.follower.pnn]
    small.do(`delay-between ${a} ${b} 6000`)
    small.pass(60)
    const before = seenEverywhere(small)
    small.pass(2.5)
    expect(found([before, seenEverywhere(small)])).toMatchObject([
      {
        state: 'real',
        claims: [{ kind: 'unknown' }],
        message: expect.stringMatching(/^one recovery follows another: \d+ within/),
      },
    ])
    small.do(`delay-between ${a} ${b} 1`)
    small.pass(90)
    expect(found([seenEverywhere(small)])).toEqual([])
  })

  it('are five or more', () => {
    expect(found([recovering(5)])).toHaveLength(1)
    expect(found([recovering(4)])).toEqual([])
  })

  it('are more where daemons were started meanwhile', () => {
    expect(found([recovering(10, { startedS: 50 })])).toEqual([])
    expect(found([recovering(11, { startedS: 50 })])).toHaveLength(1)
  })

  it('have ended when the last one was a while ago', () => {
    expect(found([recovering(20, { recoveredS: 40 })])).toEqual([])
  })
})
