import { counted } from '../../../lib/plural.ts'
import type { Model } from '../model/model.ts'
import { type Line, lineColumns, type Span, span, type TextStyle } from './line.ts'
import { isStale } from './staleness.ts'
import { healthWord } from './state-words.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText } from './times.ts'

/** A part of the line: its forms from long to short; the last may be empty. Parts of a higher rank are shortened first. */
interface TitlePart {
  readonly forms: readonly string[]
  readonly rank: number
  readonly style?: TextStyle
}

/** The top line: what is watched, its state, and the age of that state. Shortened until it fits. */
export function titleLine(model: Model, columns: number): Line {
  const left = [namePart(model), ...(model.cluster.blind ? [unreachablePart(model)] : clusterParts(model))]
  const right = [...statePart(model), agePart(model)]
  return fitted(left, right, columns)
}

function namePart({ title }: Model): TitlePart {
  const name = harmless(title)
  return { forms: [name, ...(columnsOf(name) > 12 ? [`${name.slice(0, 11)}…`] : []), ''], rank: 6, style: 'strong' }
}

function unreachablePart({ cluster: { blind }, nowMs }: Model): TitlePart {
  const retry = blind ? `retry in ${ageText(blind.retryAtMs - nowMs)}` : ''
  const why = harmless(blind?.why ?? '')
  return {
    forms: [`✗ cannot reach any node: ${why} · ${retry}`, `✗ cannot reach any node · ${retry}`, '✗ unreachable'],
    rank: 1,
    style: 'error',
  }
}

function clusterParts(model: Model): TitlePart[] {
  const { cluster } = model
  if (!cluster.snapshot) return [{ forms: ['connecting …'], rank: 0 }]
  return [leaderPart(model), nodesPart(model), addressesPart(model), ...findingsPart(model), ...runningParts(model)]
}

function leaderPart({ cluster: { leader } }: Model): TitlePart {
  if (leader === null) return { forms: ['✗ no leader'], rank: 0, style: 'error' }
  return leader === undefined ? { forms: ['leader ?', ''], rank: 5 } : { forms: [`leader ${leader}`, `★${leader}`, ''], rank: 4 }
}

/** `4 nodes (1 UNHEALTHY)`. */
function nodesPart({ cluster: { nodes } }: Model): TitlePart {
  const notOk = nodes.map(healthWord).filter(({ word }) => word !== 'OK')
  const counts = Object.entries(Object.groupBy(notOk, ({ word }) => word)).map(([word, all = []]) => `${all.length} ${word}`)
  const text = counted(nodes.length, 'node', 'nodes')
  if (notOk.length === 0) return { forms: [text, ''], rank: 3 }
  const style = notOk.some((each) => each.style === 'error') ? 'error' : 'warning'
  return {
    forms: [`${text} (${counts.join(', ')})`, `${text} (${notOk.length} not OK)`, `${notOk.length} not OK`],
    rank: 2,
    style,
  }
}

/** `20 addresses (1 away)`. */
function addressesPart({ cluster: { addresses } }: Model): TitlePart {
  const away = addresses.filter(({ awaySinceMs }) => awaySinceMs !== null).length
  const text = counted(addresses.length, 'address', 'addresses')
  const short = `${addresses.length} IPs`
  if (away === 0) return { forms: [text, short, ''], rank: 3 }
  return { forms: [`${text} (${away} away)`, `${short} (${away} away)`, `${away} away`], rank: 2, style: 'error' }
}

function findingsPart({ cluster: { findings } }: Model): TitlePart[] {
  const [worst] = findings
  if (!worst) return []
  const text = counted(findings.length, 'finding', 'findings')
  const style = worst.severity === 'info' ? 'plain' : worst.severity
  return [{ forms: [text, ''], rank: 4, style }]
}

function runningParts({ cluster, nowMs, running }: Model): TitlePart[] {
  const parts: TitlePart[] = []
  const add = (text: string, sinceMs: number) =>
    parts.push({ forms: [`${text} for ${ageText(nowMs - sinceMs)}`, text], rank: 3, style: 'warning' })
  if (cluster.recoverySinceMs !== undefined) add('recovery', cluster.recoverySinceMs)
  if (cluster.takeoverRunSinceMs !== undefined) add('takeover run', cluster.takeoverRunSinceMs)
  if (running) add(harmless(running.text), running.sinceMs)
  return parts
}

const statePart = ({ isPaused, backlog, readOnly, replay }: Model): TitlePart[] => [
  ...(replay ? [{ forms: ['RECORDING', 'REC'], rank: 5, style: 'warning' as const }] : []),
  ...(isPaused ? [{ forms: [`PAUSED${newText(backlog)}`, 'PAUSED'], rank: 5, style: 'warning' as const }] : []),
  ...(readOnly !== undefined && !replay ? [{ forms: ['READ-ONLY', 'RO', ''], rank: 5 }] : []),
]

/** How many entries have arrived while paused. */
const newText = (backlog: Model['backlog']): string =>
  backlog && backlog.entries.length > 0 ? ` (${backlog.entries.length} new)` : ''

function agePart(model: Model): TitlePart {
  const { cluster, nowMs, intervalMs } = model
  const { seenAtMs } = cluster
  const every = `every ${intervalMs / 1000} s`
  if (seenAtMs === undefined) return { forms: [every, ''], rank: 7 }
  const seen = ageText(nowMs - seenAtMs)
  if (!isStale(model)) return { forms: [`${every} · seen ${seen} ago`, `seen ${seen} ago`, `${seen} ago`, seen], rank: 7 }
  // Samples fail or take too long.
  const forms = [`${every} · late: seen ${seen} ago`, `late: seen ${seen} ago`, `late: ${seen} ago`, `late ${seen}`]
  return { forms, rank: 7, style: 'warning' }
}

function fitted(left: readonly TitlePart[], right: readonly TitlePart[], columns: number): Line {
  const parts = [...left, ...right]
  const chosen = parts.map(() => 0)
  const line = () => drawn(left, right, chosen, columns)
  const step = (index: number, by: number) => {
    chosen[index] = (chosen[index] ?? 0) + by
  }
  // Each turn shortens one part by one form; there are few.
  while (lineColumns(line()) > columns) {
    const next = nextToShorten(parts, chosen)
    if (next === undefined) break
    step(next, 1)
  }
  // After the last part was shortened, earlier ones may fit in a longer form again.
  for (const index of parts.keys()) {
    while ((chosen[index] ?? 0) > 0) {
      step(index, -1)
      if (lineColumns(line()) <= columns) continue
      step(index, 1)
      break
    }
  }
  return line()
}

function nextToShorten(parts: readonly TitlePart[], chosen: readonly number[]): number | undefined {
  const able = parts.flatMap(({ forms, rank }, index) => ((chosen[index] ?? 0) < forms.length - 1 ? [{ index, rank }] : []))
  return able.toSorted((a, b) => b.rank - a.rank)[0]?.index
}

function drawn(left: readonly TitlePart[], right: readonly TitlePart[], chosen: readonly number[], columns: number): Line {
  const spans = (parts: readonly TitlePart[], offset: number): Span[] =>
    parts.flatMap(({ forms, style }, index) => {
      const text = forms[chosen[offset + index] ?? 0] ?? ''
      return text === '' ? [] : [span(text, style)]
    })
  const from = separated(spans(left, 0))
  const to = separated(spans(right, left.length))
  const gap = Math.max(1, columns - lineColumns(from) - lineColumns(to))
  return [...from, span(' '.repeat(gap)), ...to]
}

const separated = (spans: readonly Span[]): Line =>
  spans.flatMap((each, index) => (index === 0 ? [each] : [span(' · ', 'quiet'), each]))
