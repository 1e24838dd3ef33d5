import type { HistoryEntry } from '../../../lib/history/story/entry.ts'
import { localDateTime } from '../../../lib/local-time.ts'
import { escaped } from './escape.ts'
import type { Bar, Lane, PictureTime } from './lanes.ts'
import { COLOURS } from './style.ts'

const WIDTH = 1_400
const CHAR = 7.3
const TOP = 40
const ROW = 22
const BAR = 16
const TICKS = 6
const LEAST_BAR = 0.8

/** Where a moment is in the picture, from the left. */
export type Place = (ms: number) => number

/** @param lanes whose names are on the left. */
export function placeIn({ fromMs, toMs }: PictureTime, lanes: readonly Lane[]): Place {
  const left = leftOf(lanes)
  return (ms) => round(left + ((WIDTH - left - 8) * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / (toMs - fromMs))
}

const leftOf = (lanes: readonly Lane[]): number => Math.max(60, ...lanes.map(({ address }) => address.length * CHAR + 12))
const round = (value: number): number => Math.round(value * 10) / 10

/** A picture: a lane for each address, coloured and named by its owner, with the events above. */
export function picture(lanes: readonly Lane[], entries: readonly HistoryEntry[], time: PictureTime): string {
  const place = placeIn(time, lanes)
  const height = TOP + ROW * lanes.length + 6
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="picture-title picture-text">\n`,
    '<title id="picture-title">Owners of the public addresses</title>\n',
    `<desc id="picture-text">One lane per address, from ${localDateTime(new Date(time.fromMs))} to ${localDateTime(new Date(time.toMs))}. The list of events below says the same in words.</desc>\n`,
    '<defs><pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 6L6 0"/></pattern>',
    '<pattern id="stripes" width="8" height="8" patternUnits="userSpaceOnUse"><path class="stripe" d="M0 0L8 8"/></pattern></defs>\n',
    ...axis(time, place, height),
    ...ticks(entries, place),
    ...lanes.map((lane, index) => laneSvg(lane, TOP + ROW * index, place)),
    `<line id="mark" class="mark" display="none" x1="0" x2="0" y1="${TOP - 24}" y2="${height}"/>\n</svg>\n`,
  ].join('')
}

function axis({ fromMs, toMs }: PictureTime, place: Place, height: number): readonly string[] {
  return Array.from({ length: TICKS }, (_, index) => {
    const ms = fromMs + ((toMs - fromMs) * index) / (TICKS - 1)
    const x = place(ms)
    const anchor = index === 0 ? 'start' : index === TICKS - 1 ? 'end' : 'middle'
    return `<line class="axis" x1="${x}" x2="${x}" y1="${TOP - 26}" y2="${height}"/><text x="${x}" y="11" text-anchor="${anchor}">${localDateTime(new Date(ms))}</text>\n`
  })
}

/** One for all events that are at the same place, the worst. */
function ticks(entries: readonly HistoryEntry[], place: Place): readonly string[] {
  const byPlace = Map.groupBy(entries, ({ atMs }) => Math.round(place(atMs)))
  return [...byPlace].map(([x, own]) => {
    const [worst] = own.toSorted((a, b) => BAD.indexOf(b.tone) - BAD.indexOf(a.tone))
    if (!worst) return ''
    const more = own.length === 1 ? '' : ` and ${own.length - 1} more`
    return `<a href="#e${worst.id}" tabindex="-1"><path class="tick ${worst.tone}" d="M${x} ${TOP - 20}v12"/><title>${escaped(worst.text)}${more}</title></a>\n`
  })
}

const BAD = ['plain', 'good', 'warning', 'error']

function laneSvg({ address, bars }: Lane, y: number, place: Place): string {
  return `<text x="4" y="${y + 13}">${escaped(address)}</text>${bars.map((bar) => barSvg(bar, y, place)).join('')}\n`
}

function barSvg(bar: Bar, y: number, place: Place): string {
  const x = place(bar.fromMs)
  const width = Math.max(LEAST_BAR, round(place(bar.toMs) - x))
  const box = `x="${x}" y="${y}" width="${width}" height="${BAR}"`
  const name = ownerName(bar.owner)
  const title = `<title>${name}, from ${localDateTime(new Date(bar.fromMs))} to ${localDateTime(new Date(bar.toMs))}</title>`
  const stripes = typeof bar.owner === 'number' && bar.owner >= COLOURS ? `<rect class="stripes" ${box}/>` : ''
  const short = typeof bar.owner === 'number' ? String(bar.owner) : ''
  const label = [name, short].find((each) => each !== '' && each.length * CHAR + 6 <= width)
  const text = label === undefined ? '' : `<text x="${round(x + width / 2)}" y="${y + 12}" text-anchor="middle">${label}</text>`
  return `<g>${title}<rect class="bar ${classOf(bar.owner)}" ${box}/>${stripes}${text}</g>`
}

const ownerName = (owner: Bar['owner']): string =>
  owner === 'many' ? 'several nodes' : owner === undefined ? 'not known' : owner === null ? 'no node' : `node ${owner}`

const classOf = (owner: Bar['owner']): string =>
  owner === 'many' ? 'many' : owner === undefined ? 'unknown' : owner === null ? 'none' : `n${owner % COLOURS}`
