import type { Model, Notice, Overlay } from '../model/model.ts'
import { layoutFor } from '../model/rows.ts'
import { hints } from '../update/key-help.ts'
import { editText } from '../update/what-if.ts'
import { entrySpans } from './entry-spans.ts'
import { type Line, lineColumns, span, type TextStyle } from './line.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText } from './times.ts'

/**
 * The bottom line: the input line, else a notice, else the keys of the overlay, else the what-ifs, else the latest timeline entry, else
 * the nodes that cannot be reached, else keys.
 */
export function bottomLine(model: Model, columns: number): Line {
  const { overlay, notice, preview } = model
  if (overlay?.kind === 'input') return inputLine(overlay, columns)
  if (notice) return noticeLine(notice)
  if (overlay) return hintLine(model, columns)
  if (preview) return previewLine(preview)
  return latestEntryLine(model) ?? unreachableLine(model) ?? hintLine(model, columns)
}

const INPUT_NAMES = {
  filter: '/',
  export: 'Export the timeline to: ',
  time: 'Go to the time (18:53, 2026-11-28 18:53:30): ',
} as const

/** Always shows the end of the typed text, with a cursor after it. */
function inputLine({ of, text }: Extract<Overlay, { kind: 'input' }>, columns: number): Line {
  const name = INPUT_NAMES[of]
  const room = Math.max(1, columns - name.length - 1)
  let shown = harmless(text)
  while (columnsOf(shown) > room) shown = [...shown].slice(1).join('')
  return [span(name, 'strong'), span(shown), { text: ' ', isMarked: true }]
}

const NOTICE_SIGNS = { good: '✓', plain: '·', error: '✗' } as const

const noticeLine = ({ text, tone }: Notice): Line => {
  const style: TextStyle = tone === 'plain' ? 'strong' : tone
  return [span(`${NOTICE_SIGNS[tone]} ${harmless(text)}`, style)]
}

/** `Esc clears · what if node 2 is down · 3 would move`. */
function previewLine({ edits, planned }: NonNullable<Model['preview']>): Line {
  const what = harmless(edits.map(editText).join(', '))
  return [span('Esc clears', 'strong'), span(` · what if ${what}`, 'warning'), span(` · ${outcomeText(planned)}`)]
}

function outcomeText(planned: NonNullable<Model['preview']>['planned']): string {
  if (planned.state === 'working') return 'planning …'
  if (planned.state === 'failed') return harmless(planned.why)
  const { failures, addresses, notes } = planned.plan
  const moving = addresses.filter(({ from, to }) => from !== to).length
  const lost = addresses.filter(({ from, to }) => from !== null && to === null).length
  const parts = [
    ...failures.map((failure) => `✗ the takeover run would fail: ${failure}`),
    `${moving} would move`,
    ...(lost > 0 ? [`${lost} would have no owner`] : []),
    ...notes,
  ]
  return harmless(parts.join(' · '))
}

/** How long the latest entry is shown while the timeline is hidden. */
const LATEST_ENTRY_MS = 10_000

/** The latest timeline entry, for some seconds, while the timeline is hidden. */
function latestEntryLine(model: Model): Line | undefined {
  const { timeline, nowMs } = model
  const newest = timeline.at(-1)
  if (!newest || newest.what === 'began' || nowMs - newest.atMs >= LATEST_ENTRY_MS) return undefined
  return layoutFor(model).panes.some(({ pane }) => pane === 'timeline') ? undefined : entrySpans(newest, nowMs)
}

/** Why nodes cannot be reached, if there are any. */
function unreachableLine({ cluster: { nodes, blind }, nowMs }: Model): Line | undefined {
  const unreachable = blind ? [] : nodes.flatMap((node) => (node.blind ? [{ pnn: node.pnn, ...node.blind }] : []))
  const [first] = unreachable
  if (!first) return undefined
  const more = unreachable.length > 1 ? ` · ${unreachable.length - 1} more` : ''
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
