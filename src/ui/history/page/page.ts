import { createHash } from 'node:crypto'
import type { History } from '../../../lib/history/history.ts'
import type { HistoryEntry } from '../../../lib/history/story/entry.ts'
import { localDateTime } from '../../../lib/local-time.ts'
import { counted } from '../../../lib/plural.ts'
import { entryDetails } from '../../watch/entry-line.ts'
import { escaped } from './escape.ts'
import { lanesOf } from './lanes.ts'
import { type Place, picture, placeIn } from './picture.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

/** More events make a page that no browser shows in time. */
const MOST_EVENTS = 10_000

/** What a page shows. */
export interface PageContent {
  readonly history: Pick<History, 'owners' | 'fromMs' | 'toMs'>
  /** Those that are wanted. */
  readonly entries: readonly HistoryEntry[]
  /** The addresses that are wanted; empty for all. */
  readonly addresses: readonly string[]
  /** The time that is wanted. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  /** What was read, one line each. */
  readonly about: readonly string[]
}

/** A page with a picture of who owned what, and the events below. It needs nothing else: no network, and no script. */
export function historyPage({ history, entries, addresses, sinceMs, untilMs, about }: PageContent): string {
  const fromMs = Math.max(history.fromMs ?? 0, sinceMs ?? Number.NEGATIVE_INFINITY)
  const toMs = Math.min(history.toMs ?? 0, untilMs ?? Number.POSITIVE_INFINITY)
  const time = { fromMs, toMs: Math.max(toMs, fromMs + 1) }
  // Of the time after the last line, nothing is known.
  const isKnown = fromMs <= toMs
  const isShown = (address: string) => isKnown && (addresses.length === 0 || addresses.includes(address))
  const owners = new Map([...history.owners].filter(([address]) => isShown(address)))
  const { lanes, others } = lanesOf(owners, time)
  const shown = entries.slice(-MOST_EVENTS)
  const place = placeIn(time, lanes)
  const title = `CTDB from ${localDateTime(new Date(time.fromMs))} to ${localDateTime(new Date(time.toMs))}`
  const left = entries.length - shown.length
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    `<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>\n<h1>${title}</h1>\n`,
    ...about.map((line) => `<p class="quiet">${escaped(line)}</p>\n`),
    `<p class="quiet">Times are in the time zone of the machine that made this page, ${zoneOf(new Date(time.fromMs))}.</p>\n`,
    '<h2>Owners of the addresses</h2>\n<div class="picture" tabindex="0" role="region" aria-label="Owners of the addresses">\n',
    picture(lanes, shown, time),
    '</div>\n',
    `<p class="quiet">Bars have the colour and the name of the owner; dashed: no node; hatched: not known. ${othersText(others, lanes.length)}</p>\n`,
    `<h2>${counted(entries.length, 'event', 'events')}</h2>\n`,
    '<p class="quiet">Up, down, page up, page down, home, end or tab: go to an event, and mark its moment above.</p>\n',
    left === 0 ? '' : `<p>The first ${left} are left out: make the page of a shorter time, with --since and --until.</p>\n`,
    '<ol>\n',
    ...shown.map((entry) => item(entry, place)),
    `</ol>\n</main>\n<script>${SCRIPT}</script>\n</body>\n</html>\n`,
  ].join('')
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

function othersText(others: number, lanes: number): string {
  if (others === 0) return lanes === 0 ? 'No address is known.' : 'All addresses are shown.'
  return `${counted(others, 'address', 'addresses')} without a lane: those did not move, or moved less often.`
}

function zoneOf(at: Date): string {
  const minutes = -at.getTimezoneOffset()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((each) => String(each).padStart(2, '0'))
  return `UTC${minutes < 0 ? '-' : '+'}${hours}:${rest}`
}

const WORDS = { good: 'good', plain: '', warning: 'warning', error: 'error' } as const

function item(entry: HistoryEntry, place: Place): string {
  const { id, atMs, kind, tone, check } = entry
  const details = entryDetails(entry)
  const name = check === undefined ? '' : `${escaped(check)}: `
  const text = `${name}${escaped(entry.text)}${details === '' ? '' : ` <span class="quiet">(${escaped(details)})</span>`}`
  return `<li id="e${id}"><a class="${tone}" href="#e${id}" data-x="${place(atMs)}"><span>${id}</span><time datetime="${new Date(atMs).toISOString()}">${localDateTime(new Date(atMs))}</time><span>${WORDS[tone]}</span><span>${kind}</span><span>${text}</span></a></li>\n`
}
