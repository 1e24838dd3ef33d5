import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { combineViews, type DaemonView } from '../../../src/lib/cluster/views.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

takeSeedFromEnvironment()

const { DISCONNECTED, UNHEALTHY, BANNED } = NODE_FLAG
const NODES = [0, 1, 2, 3]

/** What a daemon sees: these nodes as connected, the others not. */
const seeing = (
  pnn: number,
  seen: readonly number[],
  more: Partial<DaemonView> & { readonly flags?: number } = {},
): DaemonView => ({
  pnn,
  nodeMap: NODES.map((node) => ({
    pnn: node,
    flags: node === pnn ? (more.flags ?? 0) : seen.includes(node) ? 0 : DISCONNECTED | UNHEALTHY,
  })),
  runState: more.runState ?? 'RUNNING',
  leaders: more.leaders,
})

const all = (leaders: readonly number[]) => NODES.map((pnn) => seeing(pnn, NODES, { leaders }))

describe('the views of the daemons, combined,', () => {
  it('are one group in a healthy cluster, in which the leader counts', () => {
    const views = combineViews(all([2]), 0)
    expect(views.groups).toEqual([{ members: NODES, active: NODES, leaders: [2] }])
    expect(views.viewer).toEqual({ pnn: 2, why: 'leader' })
    expect(views.sees(0, 3)).toBe(true)
  })

  it('go by the node that was asked if nobody listened for a leader, or two are heard', () => {
    expect(
      combineViews(
        NODES.map((pnn) => seeing(pnn, NODES)),
        1,
      ).viewer,
    ).toEqual({ pnn: 1, why: 'asked' })
    expect(
      combineViews(
        NODES.map((pnn) => seeing(pnn, NODES, { leaders: [pnn % 2] })),
        3,
      ).viewer,
    ).toEqual({ pnn: 3, why: 'asked' })
  })

  it('tell which nodes the leader does not see, although others see both', () => {
    const views = combineViews(
      [
        seeing(0, NODES, { leaders: [1] }),
        seeing(1, [0, 3], { leaders: [1] }),
        seeing(2, [0, 3], { leaders: [] }),
        seeing(3, NODES, { leaders: [1] }),
      ],
      2,
    )
    expect(views.groups.map(({ members }) => members)).toEqual([NODES])
    expect([views.viewer, views.cutOff, views.apart]).toEqual([{ pnn: 1, why: 'leader' }, [2], [[1, 2]]])
  })

  it('go by the node that sees the most if there is no leader', () => {
    const views = combineViews([seeing(0, [1]), seeing(1, [0, 2]), seeing(2, [1])], 0)
    expect([views.viewer, views.cutOff]).toEqual([{ pnn: 1, why: 'sight' }, []])
  })

  it('go by the part that has a leader, wherever they were asked', () => {
    const parts = [
      seeing(0, [1], { leaders: [1] }),
      seeing(1, [0], { leaders: [1] }),
      seeing(2, [3], { leaders: [] }),
      seeing(3, [2], { leaders: [] }),
    ]
    for (const asked of NODES) {
      const { groups, viewer } = combineViews(parts, asked)
      expect(groups.map(({ members, leaders }) => ({ members, leaders }))).toEqual([
        { members: [0, 1], leaders: [1] },
        { members: [2, 3], leaders: [] },
      ])
      expect(viewer).toEqual({ pnn: 1, why: 'leader' })
    }
  })

  it('go by the greater part if each has a leader', () => {
    const parts = [0, 1, 2].map((pnn) => seeing(pnn, [0, 1, 2], { leaders: [2] }))
    expect(combineViews([...parts, seeing(3, [], { leaders: [3] })], 3).viewer).toEqual({ pnn: 2, why: 'leader' })
  })

  it('do not go by a node that is banned and cut off, though it was asked', () => {
    const rest = [1, 2, 3].map((pnn) => seeing(pnn, [1, 2, 3]))
    const { groups, viewer } = combineViews([seeing(0, [], { flags: BANNED, leaders: [0] }), ...rest], 0)
    expect(groups.map(({ members }) => members)).toEqual([[1, 2, 3], [0]])
    expect(viewer).toEqual({ pnn: 1, why: 'active' })
  })

  it('leave out a daemon that has just started', () => {
    const rest = [1, 2, 3].map((pnn) => seeing(pnn, [1, 2, 3], { leaders: [3] }))
    const { groups, starting, viewer } = combineViews([seeing(0, [], { runState: 'FIRST_RECOVERY' }), ...rest], 0)
    expect({ groups: groups.length, starting, viewer }).toEqual({ groups: 1, starting: [0], viewer: { pnn: 3, why: 'leader' } })
  })

  it('do not believe a recovery master that is out of sight', () => {
    const { groups } = combineViews(
      [seeing(0, [], { leaders: [1] }), seeing(1, [2], { leaders: [1] }), seeing(2, [1], { leaders: [1] })],
      0,
    )
    expect(groups.map(({ leaders }) => leaders)).toEqual([[1], []])
  })

  it('count a leader whose daemon did not answer us, as long as others see it', () => {
    const { groups, viewer } = combineViews([seeing(0, [1, 2], { leaders: [2] }), seeing(1, [0, 2], { leaders: [2] })], 1)
    expect(groups[0]?.leaders).toEqual([2])
    expect(viewer).toEqual({ pnn: 1, why: 'asked' })
  })

  it('are one group as long as one side still sees the other', () => {
    expect(combineViews([seeing(0, []), seeing(1, [0])], 0).groups.map(({ members }) => members)).toEqual([[0, 1]])
  })

  it('say nothing of what nobody reported', () => {
    const views = combineViews([seeing(0, [1])], 0)
    expect([views.sees(0, 1), views.sees(0, 2), views.sees(1, 0)]).toEqual([true, false, undefined])
    expect(combineViews([], 0)).toMatchObject({ groups: [], viewer: undefined, starting: [] })
  })

  it('have each daemon that knows others in one group, and one view that counts', () => {
    const view = fc.record({
      pnn: fc.constantFrom(...NODES),
      flags: fc.constantFrom(0, 0, BANNED),
      seen: fc.subarray(NODES),
      runState: fc.constantFrom('RUNNING', 'RUNNING', 'FIRST_RECOVERY', 'STARTUP'),
      leaders: fc.option(fc.subarray(NODES, { maxLength: 2 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.uniqueArray(view, { selector: ({ pnn }) => pnn }), fc.constantFrom(...NODES), (list, asked) => {
        const views = list.map(({ pnn, seen, ...more }) => seeing(pnn, seen, more))
        const { groups, starting, viewer } = combineViews(views, asked)
        expect([...groups.flatMap(({ members }) => members), ...starting].toSorted()).toEqual(
          list.map(({ pnn }) => pnn).toSorted(),
        )
        expect(viewer === undefined).toBe(groups.length === 0)
        if (viewer) expect(groups[0]?.members).toContain(viewer.pnn)
      }),
    )
  })
})
