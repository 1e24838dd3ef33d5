import { editText } from './edits.ts'
import { entrySpans } from './entry-spans.ts'
import { hints } from './keys.ts'
import { type Line, lineColumns, type Mood, span } from './line.ts'
import type { Model, Notice, Overlay } from './model.ts'
import { layoutFor } from './rows.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText } from './times.ts'

/**
 * The line at the bottom: what is being typed, else a notice, else the keys of what lies over the panes, else what is imagined,
 * else what has just happened, else who cannot be reached, else keys.
 */
export function bottomLine(model: Model, columns: number): Line {
  const { overlay, notice, preview } = model
  if (overlay?.kind === 'input') return inputLine(overlay, columns)
  if (notice) return noticeLine(notice)
  if (overlay) return hintLine(model, columns)
  if (preview) return previewLine(preview)
  return newsLine(model) ?? blindLine(model) ?? hintLine(model, columns)
}

const INPUT_NAMES = { filter: '/', export: 'Export the timeline to: ' } as const

/** The end of what is typed is always to be seen, with a cursor behind it. */
function inputLine({ of, text }: Extract<Overlay, { kind: 'input' }>, columns: number): Line {
  const name = INPUT_NAMES[of]
  const room = Math.max(1, columns - name.length - 1)
  let shown = harmless(text)
  while (columnsOf(shown) > room) shown = [...shown].slice(1).join('')
  return [span(name, 'strong'), span(shown), { text: ' ', isMarked: true }]
}

const NOTICE_SIGNS = { good: '✓', plain: '·', error: '✗' } as const

const noticeLine = ({ text, tone }: Notice): Line => {
  const mood: Mood = tone === 'plain' ? 'strong' : tone
  return [span(`${NOTICE_SIGNS[tone]} ${harmless(text)}`, mood)]
}

/** `Esc ends · imagined: node 2 is down · 3 to move, 0 unhosted`. */
function previewLine({ edits, planned }: NonNullable<Model['preview']>): Line {
  const what = harmless(edits.map(editText).join(', '))
  return [span('Esc ends', 'strong'), span(` · imagined: ${what}`, 'warning'), span(` · ${outcomeText(planned)}`)]
}

function outcomeText(planned: NonNullable<Model['preview']>['planned']): string {
  if (planned.state === 'working') return 'working it out …'
  if (planned.state === 'failed') return harmless(planned.why)
  const { failures, addresses, notes } = planned.plan
  const moving = addresses.filter(({ from, to }) => from !== to).length
  const lost = addresses.filter(({ from, to }) => from !== null && to === null).length
  const parts = [
    ...failures.map((failure) => `✗ the run would fail: ${failure}`),
    `${moving} would move`,
    ...(lost > 0 ? [`${lost} would be nowhere`] : []),
    ...notes,
  ]
  return harmless(parts.join(' · '))
}

/** So long is news what happened while the timeline was not to be seen. */
const NEWS_MS = 10_000

/** What happened last, where the timeline is not shown; nothing when that was a while ago, or when it is that the watch began. */
function newsLine(model: Model): Line | undefined {
  const { timeline, nowMs } = model
  const newest = timeline.at(-1)
  if (!newest || newest.what === 'began' || nowMs - newest.atMs >= NEWS_MS) return undefined
  return layoutFor(model).panes.some(({ pane }) => pane === 'timeline') ? undefined : entrySpans(newest, nowMs)
}

/** Why nodes cannot be reached; without one that cannot, nothing. */
function blindLine({ story: { nodes, blind }, nowMs }: Model): Line | undefined {
  const dark = blind ? [] : nodes.flatMap((node) => (node.blind ? [{ pnn: node.pnn, ...node.blind }] : []))
  const [first] = dark
  if (!first) return undefined
  const more = dark.length > 1 ? ` · ${dark.length - 1} more` : ''
  return [span(`? node ${first.pnn}: ${harmless(first.why)} · retry in ${ageText(first.retryAtMs - nowMs)}${more}`, 'warning')]
}

/** As many keys as fit, the most useful first. */
function hintLine(model: Model, columns: number): Line {
  const line: Line[number][] = []
  for (const { key, does } of hints(model)) {
    const more: Line = [span(line.length === 0 ? '' : '  '), span(key, 'strong'), span(` ${does}`)]
    if (lineColumns([...line, ...more]) > columns) break
    line.push(...more)
  }
  return line
}
