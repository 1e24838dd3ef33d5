import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { History } from '../../../src/lib/history/history.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { readHistory, shiftedLog } from '../../support/history.ts'
import { type Action, judgeNight, type Night, type Truth } from '../../support/night-judge.ts'

const FOLDER = 'test/golden/logs-4.25'
const PNNS = [0, 1, 2]
const jsonLines = <T>(file: string): T[] =>
  readFileSync(`${FOLDER}/${file}`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const truth = jsonLines<Truth>('truth.jsonl')
const actions = jsonLines<Action>('actions.jsonl')

/** The log of a node, with its clock ahead by so much. */
const logOf = (pnn: number, aheadMs: number): string => shiftedLog(readFileSync(`${FOLDER}/node${pnn}.log`, 'utf8'), aheadMs)

const historyWith = (shifted: number, aheadMs: number): History =>
  readHistory(PNNS.map((pnn) => ({ file: `node${pnn}.log`, text: logOf(pnn, pnn === shifted ? aheadMs : 0) })))

describe.each([
  { name: 'as it was', shifted: -1, aheadMs: 0 },
  { name: 'with the clock of node 1 ahead by 7 s', shifted: 1, aheadMs: 7_000 },
  { name: 'with the clock of node 0, the leader, 7 s behind', shifted: 0, aheadMs: -7_000 },
  { name: 'with the clock of node 2 ahead by two hours', shifted: 2, aheadMs: 7_200_000 },
])('a night on a real cluster, $name', ({ shifted, aheadMs }) => {
  const history = historyWith(shifted, aheadMs)

  it('finds out which node is which, and how far its clock differs', () => {
    expect(history.unknown).toEqual([])
    expect(history.nodes.map(({ pnn, sources }) => [pnn, sources.map(({ file }) => file)])).toEqual(
      PNNS.map((pnn) => [pnn, [`node${pnn}.log`]]),
    )
    for (const { pnn, clocks } of history.nodes) {
      const [{ offsetMs, uncertaintyMs } = { offsetMs: 0, uncertaintyMs: undefined }] = clocks
      expect(uncertaintyMs).toBeLessThan(50)
      expect(Math.abs(offsetMs - (pnn === shifted ? aheadMs : 0))).toBeLessThanOrEqual((uncertaintyMs ?? 0) + 5)
    }
  })

  it('has the owners of each address in their order, the times within the bounds, and the cause of nearly all moves', () => {
    expect(new Set(truth.flatMap(({ address }) => address ?? [])).size).toBe(7)
    const { wrong, moves, named } = judgeNight(history, { truth, actions })
    expect(wrong).toEqual([])
    expect(moves).toBeGreaterThan(25)
    expect(named / moves).toBeGreaterThanOrEqual(0.95)
  })

  it('knows who owned which address at a moment', () => {
    const at = Date.UTC(2026, 10, 28, 18, 56, 0)
    expect(Object.fromEntries(ownersAt(history.owners, at).map(({ address, owner }) => [address, owner]))).toEqual({
      '10.99.1.131': 1,
      '10.99.1.132': 1,
      '10.99.1.133': 2,
      '10.99.1.134': 1,
      '10.99.1.135': 2,
      '10.99.1.136': 2,
      '10.99.1.150': null,
    })
  })
})

const isEnd = ({ kind, phase }: Action): boolean => kind === 'disable' && phase === 'end'

describe('the judge of a night', () => {
  const history = historyWith(-1, 0)
  const firstTake = truth.findIndex(({ event }) => event === 'take')
  const withFirstTake = (change: (take: Truth) => readonly Truth[]): readonly Truth[] =>
    truth.flatMap((each, index) => (index === firstTake ? change(each) : [each]))

  it.each<[string, Partial<Night>]>([
    ['what nobody did', { truth: withFirstTake(() => []) }],
    ['what another node did', { truth: withFirstTake((take) => [{ ...take, node: take.node + 1 }]) }],
    ['a wrong time', { truth: withFirstTake((take) => [{ ...take, at: take.at - 1_000 }]) }],
    ['what is not said', { truth: withFirstTake((take) => [take, { ...take, at: take.at + 5_000, node: 2 }]) }],
    ['a wrong cause', { actions: actions.map((each) => (each.kind === 'stop' ? { ...each, kind: 'wipe' } : each)) }],
    ['a cause too early', { actions: [...actions, ...actions.filter(isEnd).map((each) => ({ ...each, phase: 'undo' }))] }],
    ['a wrong owner', { rests: [{ at: truth.at(-1)?.at ?? 0, owners: new Map([['10.99.1.131', 9]]) }] }],
  ])('notices %s', (_, change) => {
    expect(judgeNight(history, { truth, actions, ...change }).wrong).not.toEqual([])
  })
})

it('tells the rest of that night', () => {
  const { entries } = historyWith(-1, 0)
  const texts = entries
    .filter(({ kind }) => !['address', 'takeover-run', 'kernel'].includes(kind))
    .map(({ text, cause }) => [text, cause])
  expect(texts).toMatchSnapshot()
  expect(entries.every(({ lines }) => lines.length > 0)).toBe(true)
})
