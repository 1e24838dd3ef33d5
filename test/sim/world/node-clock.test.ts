import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { NodeClock } from '../../../src/sim/world/node-clock.ts'
import { SmallWorld } from '../../support/sim-world.ts'

const setUp = () => {
  const world = new VirtualClock(1_000)
  const clock = new NodeClock(world)
  const done: string[] = []
  const due = (delayMs: number, name: string) => clock.after(delayMs, () => done.push(`${name} at ${world.nowMs}`))
  return { world, clock, done, due }
}

describe('the clock of a node', () => {
  it('is that of the world', () => {
    const { world, clock, done, due } = setUp()
    due(20, 'b')
    due(10, 'a')
    const cancel = due(15, 'never')
    cancel()
    world.advanceBy(100)
    expect([done, clock.nowMs]).toEqual([['a at 1010', 'b at 1020'], 1_100])
  })

  it('brings what is due forward when it is set forward, in its order, and nothing that was cancelled', () => {
    const { world, clock, done, due } = setUp()
    due(300, 'late')
    due(20, 'b')
    due(10, 'a')
    const cancel = due(15, 'never')
    clock.set(100)
    cancel()
    world.advanceBy(500)
    expect([done, clock.nowMs]).toEqual([['a at 1000', 'b at 1000', 'late at 1200'], 1_600])
  })

  it('lets nothing be due for as long as it is set back', () => {
    const { world, clock, done, due } = setUp()
    due(10, 'a')
    clock.set(-5_000)
    due(10, 'b')
    world.advanceBy(10_000)
    expect([done, clock.nowMs]).toEqual([['b at 1010', 'a at 6010'], 6_000])
  })
})

it('a node whose clock is set back sends no keepalives for so long, and is disconnected by a node that hears nothing else from it', () => {
  const small = new SmallWorld().comeUp()
  const { pnn } = small.follower
  const other = [0, 1, 2].find((each) => each !== pnn && each !== small.leader.pnn) ?? -1
  small.do(`clock ${pnn} -30`)
  small.passUntil(() => small.flagsSeenBy(other, pnn) !== 0, 10)
  // It answers what the leader asks.
  expect(small.flagsSeenBy(small.leader.pnn, pnn)).toBe(0)
  small.pass(60)
  expect(small.flagsSeenBy(other, pnn)).toBe(0)
})
