import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { outlookFor } from '../../../src/lib/takeover/outlook.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

describe('the outlook for an address', () => {
  it('is that it stays, when its node can keep it', () => {
    expect(outlookFor(makeSnapshot({ owners: [0, 1, 2] }), '10.0.0.1')).toEqual({
      owner: 0,
      next: { pnn: 0, reason: 'node 0 can keep it' },
    })
  })

  it('is that it moves, and why, when its node cannot', () => {
    const { owner, next } = outlookFor(makeSnapshot({ owners: [0, 1, 2], flags: { 2: NODE_FLAG.DISABLED } }), '10.0.0.3')
    expect(owner).toBe(2)
    expect(next?.pnn).not.toBe(2)
    expect(next?.reason).toMatch(/^node 2 cannot host it: it is DISABLED/)
  })

  it('is unknown when a takeover run would fail, or no node knows the address', () => {
    const snapshot = makeSnapshot({ owners: [0, null, 2] })
    expect(outlookFor(snapshot, '10.0.0.9')).toEqual({ owner: null, unknown: 'no node knows the address' })
    const leaderless = { ...snapshot, leader: { ...snapshot.leader, pnn: null } }
    expect(outlookFor(leaderless, '10.0.0.1')).toEqual({ owner: 0, unknown: expect.stringContaining('no leader is known') })
  })
})
