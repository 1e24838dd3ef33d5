import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { History } from '../../../src/lib/history/history.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { readHistory } from '../../support/history.ts'

const FOLDER = 'test/golden/logs-4.25'
const PNNS = [0, 1, 2]
/** How exact the truth is: it was heard and written down by a program beside the cluster. */
const EXACT_MS = 50

interface Truth {
  readonly at: number
  readonly node: number
  readonly event: string
  readonly address?: string
}

interface Action {
  readonly n: number
  readonly kind: string
  readonly node: number
  readonly phase: string
  readonly at: number
}

const jsonLines = <T>(file: string): T[] =>
  readFileSync(`${FOLDER}/${file}`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const truth = jsonLines<Truth>('truth.jsonl').filter(({ event }) => event === 'take' || event === 'release')
const actions = jsonLines<Action>('actions.jsonl')

/** The log of a node, with its clock ahead by so much. */
function logOf(pnn: number, aheadMs: number): string {
  const text = readFileSync(`${FOLDER}/node${pnn}.log`, 'utf8')
  if (aheadMs === 0) return text
  return text.replace(/^(\S{23})(\d{3})\+00:00/gm, (_, time: string, micros: string) => {
    const later = new Date(Date.parse(`${time}Z`) + aheadMs).toISOString().slice(0, -1)
    return `${later}${micros}+00:00`
  })
}

const historyWith = (shifted: number, aheadMs: number): History =>
  readHistory(PNNS.map((pnn) => ({ file: `node${pnn}.log`, text: logOf(pnn, pnn === shifted ? aheadMs : 0) })))

/** What nodes did with addresses, as the history says. */
const deeds = ({ entries }: History): readonly HistoryEntry[] =>
  entries.filter(
    ({ kind, what, addresses }) => kind === 'address' && addresses.length > 0 && /^(?:moved|taken|released)$/.test(what),
  )

const deedText = ({ what, pnns, to }: HistoryEntry): string => (what === 'released' ? `release ${pnns[0]}` : `take ${to}`)

/** Why addresses moved in each incident. */
const CAUSES: Readonly<Record<string, (node: number) => RegExp>> = {
  reloadips: () => /^after a reload, node \d (?:knows it|does not know it any more)$/,
  'failing-script': (node) => new RegExp(`^(?:node ${node} became UNHEALTHY|failback: node ${node} became OK)$`),
  ifacelink: (node) => new RegExp(`^link eth1 of node ${node} (?:went down|came up)$`),
  wipe: (node) => new RegExp(`^it was missing in the kernel of node ${node}; a takeover run put it back$`),
  moveip: () => /^a tool moved it, as ctdb moveip does$/,
  stop: (node) => new RegExp(`^(?:node ${node} became STOPPED\\|INACTIVE|failback: node ${node} became OK)$`),
  'restart-network': (node) => new RegExp(`^it was missing in the kernel of node ${node}; a takeover run put it back$`),
  ban: (node) => new RegExp(`^(?:node ${node} became BANNED\\|INACTIVE|failback: node ${node} became OK)$`),
  disable: (node) => new RegExp(`^(?:node ${node} became DISABLED|failback: node ${node} became OK)$`),
}

/** The incident in which something happened. */
const incidentAt = (atMs: number): Action | undefined =>
  actions.findLast(({ phase, at }) => phase === 'begin' && at <= atMs + EXACT_MS)

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

  it('has the owners of each address in their order, and the times within the bounds', () => {
    const addresses = new Set(truth.flatMap(({ address }) => address ?? []))
    expect(addresses.size).toBe(7)
    const slackMs =
      EXACT_MS + Math.max(...history.nodes.flatMap(({ clocks }) => clocks.map(({ uncertaintyMs = 0 }) => uncertaintyMs)))
    for (const address of addresses) {
      const said = deeds(history).filter((entry) => entry.addresses.includes(address))
      const done = truth.filter((each) => each.address === address)
      expect(said.map(deedText), address).toEqual(done.map(({ event, node }) => `${event} ${node}`))
      said.forEach((entry, index) => {
        const { at = 0 } = done[index] ?? {}
        expect(at, entry.text).toBeGreaterThanOrEqual(entry.atMs - slackMs)
        // A log at the level NOTICE shows only when it was over at the latest.
        expect(at, entry.text).toBeLessThanOrEqual((entry.notAfterMs ?? Number.NaN) + slackMs)
      })
    }
  })

  it('names the cause of nearly all moves, and none wrong', () => {
    const moves = deeds(history).filter(({ what }) => what !== 'released')
    expect(moves.length).toBeGreaterThan(25)
    const named = moves.filter(({ cause }) => cause !== undefined)
    expect(named.length / moves.length).toBeGreaterThanOrEqual(0.95)
    for (const { cause, atMs, text } of [...named, ...deeds(history).filter((each) => each.cause !== undefined)]) {
      const { kind = '', node = -1 } = incidentAt(atMs) ?? {}
      expect(cause, `${text} during ${kind}`).toMatch(CAUSES[kind]?.(node) ?? /^$/)
    }
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

it('tells the rest of that night', () => {
  const { entries } = historyWith(-1, 0)
  const texts = entries
    .filter(({ kind }) => !['address', 'takeover-run', 'kernel'].includes(kind))
    .map(({ text, cause }) => [text, cause])
  expect(texts).toMatchSnapshot()
  expect(entries.every(({ lines }) => lines.length > 0)).toBe(true)
})
