import { type Line, lineColumns, type Mood, type Span, span } from './line.ts'
import type { Model } from './model.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText } from './times.ts'
import { healthWord } from './words.ts'

/** A part of the line: its forms from long to short, the last may be empty. Those of a higher rank are shortened first. */
interface Part {
  readonly forms: readonly string[]
  readonly rank: number
  readonly mood?: Mood
}

/** The line on top: what is watched, how it stands, and how old that is. Shortened until it fits. */
export function titleLine(model: Model, columns: number): Line {
  const left = [namePart(model), ...(model.story.blind ? [blindPart(model)] : clusterParts(model))]
  const right = [...statePart(model), agePart(model)]
  return fitted(left, right, columns)
}

function namePart({ title }: Model): Part {
  const name = harmless(title)
  return { forms: [name, ...(columnsOf(name) > 12 ? [`${name.slice(0, 11)}…`] : []), ''], rank: 6, mood: 'strong' }
}

function blindPart({ story: { blind }, nowMs }: Model): Part {
  const retry = blind ? `retry in ${ageText(blind.retryAtMs - nowMs)}` : ''
  const why = harmless(blind?.why ?? '')
  return { forms: [`✗ no node reached: ${why} · ${retry}`, `✗ no node reached · ${retry}`, '✗ blind'], rank: 1, mood: 'error' }
}

function clusterParts(model: Model): Part[] {
  const { story } = model
  if (!story.snapshot) return [{ forms: ['looking …'], rank: 0 }]
  return [leaderPart(model), nodesPart(model), addressesPart(model), ...findingsPart(model), ...underWayParts(model)]
}

function leaderPart({ story: { leader } }: Model): Part {
  if (leader === null) return { forms: ['✗ no leader'], rank: 0, mood: 'error' }
  return leader === undefined ? { forms: ['leader ?', ''], rank: 5 } : { forms: [`leader ${leader}`, `★${leader}`, ''], rank: 4 }
}

/** `4 nodes (1 UNHEALTHY)`. */
function nodesPart({ story: { nodes } }: Model): Part {
  const ill = nodes.map(healthWord).filter(({ word }) => word !== 'OK')
  const counts = Object.entries(Object.groupBy(ill, ({ word }) => word)).map(([word, all = []]) => `${all.length} ${word}`)
  const text = `${nodes.length} node${nodes.length === 1 ? '' : 's'}`
  if (ill.length === 0) return { forms: [text, ''], rank: 3 }
  const mood = ill.some((each) => each.mood === 'error') ? 'error' : 'warning'
  return { forms: [`${text} (${counts.join(', ')})`, `${text} (${ill.length} not OK)`, `${ill.length} not OK`], rank: 2, mood }
}

/** `20 addresses (1 away)`. */
function addressesPart({ story: { addresses } }: Model): Part {
  const away = addresses.filter(({ awaySinceMs }) => awaySinceMs !== null).length
  const text = `${addresses.length} address${addresses.length === 1 ? '' : 'es'}`
  const short = `${addresses.length} IPs`
  if (away === 0) return { forms: [text, short, ''], rank: 3 }
  return { forms: [`${text} (${away} away)`, `${short} (${away} away)`, `${away} away`], rank: 2, mood: 'error' }
}

function findingsPart({ story: { findings } }: Model): Part[] {
  const [worst] = findings
  if (!worst) return []
  const text = `${findings.length} finding${findings.length === 1 ? '' : 's'}`
  const mood = worst.severity === 'info' ? 'plain' : worst.severity
  return [{ forms: [text, ''], rank: 4, mood }]
}

function underWayParts({ story, nowMs, underWay }: Model): Part[] {
  const parts: Part[] = []
  const add = (text: string, sinceMs: number) =>
    parts.push({ forms: [`${text} for ${ageText(nowMs - sinceMs)}`, text], rank: 3, mood: 'warning' })
  if (story.recoverySinceMs !== undefined) add('recovery', story.recoverySinceMs)
  if (story.takeoverRunSinceMs !== undefined) add('takeover run', story.takeoverRunSinceMs)
  if (underWay) add(harmless(underWay.text), underWay.sinceMs)
  return parts
}

const statePart = ({ isPaused, held, readOnly }: Model): Part[] => [
  ...(isPaused ? [{ forms: [`PAUSED${newText(held)}`, 'PAUSED'], rank: 5, mood: 'warning' as const }] : []),
  ...(readOnly !== undefined ? [{ forms: ['READ-ONLY', 'RO', ''], rank: 5 }] : []),
]

/** What is to come when it is paused no more. */
const newText = (held: Model['held']): string => (held && held.entries.length > 0 ? ` (${held.entries.length} new)` : '')

function agePart({ story: { seenAtMs }, nowMs, intervalMs }: Model): Part {
  const every = `every ${intervalMs / 1000} s`
  if (seenAtMs === undefined) return { forms: [every, ''], rank: 7 }
  const seen = ageText(nowMs - seenAtMs)
  // Older than three looks: something keeps the looks from coming.
  const mood = nowMs - seenAtMs > 3 * intervalMs + 2000 ? 'warning' : 'plain'
  return { forms: [`${every} · seen ${seen} ago`, `seen ${seen} ago`, `${seen} ago`, seen], rank: 7, mood }
}

function fitted(left: readonly Part[], right: readonly Part[], columns: number): Line {
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
  // What was shortened first may not have had to be, after what was shortened last.
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

function nextToShorten(parts: readonly Part[], chosen: readonly number[]): number | undefined {
  const able = parts.flatMap(({ forms, rank }, index) => ((chosen[index] ?? 0) < forms.length - 1 ? [{ index, rank }] : []))
  return able.toSorted((a, b) => b.rank - a.rank)[0]?.index
}

function drawn(left: readonly Part[], right: readonly Part[], chosen: readonly number[], columns: number): Line {
  const spans = (parts: readonly Part[], offset: number): Span[] =>
    parts.flatMap(({ forms, mood }, index) => {
      const text = forms[chosen[offset + index] ?? 0] ?? ''
      return text === '' ? [] : [span(text, mood)]
    })
  const from = separated(spans(left, 0))
  const to = separated(spans(right, left.length))
  const gap = Math.max(1, columns - lineColumns(from) - lineColumns(to))
  return [...from, span(' '.repeat(gap)), ...to]
}

const separated = (spans: readonly Span[]): Line =>
  spans.flatMap((each, index) => (index === 0 ? [each] : [span(' · ', 'quiet'), each]))
