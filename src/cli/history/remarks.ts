import { basename } from 'node:path'
import type { History } from '../../lib/history/history.ts'
import { localDateTime } from '../../lib/local-time.ts'
import { visible } from '../../ui/visible.ts'
import type { RecordedRange } from './recorded-lines.ts'

/** Which moment was understood, and whether what was read says anything of it: the lines above a table of owners. */
export function ownersHead({ fromMs, toMs }: Pick<History, 'fromMs' | 'toMs'>, atMs: number): string {
  const head = `Owners at ${moment(atMs)}:\n`
  if (fromMs !== undefined && atMs < fromMs) return `${head}What was read begins at ${moment(fromMs)}, which is later.\n`
  if (toMs !== undefined && atMs > toMs) return `${head}What was read ends at ${moment(toMs)}: this is its last state.\n`
  return head
}

/** For a history without an entry: what was looked for. */
export function noEntryText(
  { addresses, node }: { readonly addresses: readonly string[]; readonly node: number | undefined },
  { sinceMs, untilMs }: RecordedRange,
): string {
  const concerned = [...addresses.map(visible), ...(node === undefined || node === -1 ? [] : [`node ${node}`])]
  const concerns = concerned.length === 0 ? '' : ` concerns ${concerned.join(', ')}`
  return `No entry${concerns}${timeSpan(sinceMs, untilMs)}\n`
}

function timeSpan(sinceMs: number | undefined, untilMs: number | undefined): string {
  if (sinceMs !== undefined && untilMs !== undefined) return ` between ${moment(sinceMs)} and ${moment(untilMs)}`
  if (sinceMs !== undefined) return ` since ${moment(sinceMs)}`
  return untilMs === undefined ? '' : ` until ${moment(untilMs)}`
}

/** With the zone, as the user may have meant another one. */
function moment(ms: number): string {
  const at = new Date(ms)
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(at)
  return `${localDateTime(at)} ${parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''}`.trimEnd()
}

/** How to say whose log a file is; with its PNN where its name has one number that can be one: neither a date nor that of a rotated log. */
export function pnnHint(file: string): string {
  const [number = '', ...others] = basename(file).match(/\d+/g) ?? []
  const isPnn = others.length === 0 && /^\d{1,3}$/.test(number) && !basename(file).includes(`.${number}`)
  return `say it with PNN=FILE, such as \`${isPnn ? Number(number) : 'PNN'}=${file}\``
}
