import { localTime } from '../../../lib/local-time.ts'
import { durationText } from '../../../lib/watch/duration.ts'
import { nodeList } from '../../audit/words.ts'
import { lapseWord } from '../entry-line.ts'
import type { Line } from '../line.ts'
import type { Model } from '../model.ts'
import { ownerText, toneSign } from '../words.ts'
import { fact, paragraph } from './text-block.ts'

/** An entry of the timeline with all that it says. */
export function entryLines({ timeline, nowMs }: Model, id: number, columns: number): Line[] {
  const entry = timeline.find((each) => each.id === id)
  if (!entry) return paragraph('This entry is too old: it was dropped.', columns)
  const { sign, mood } = toneSign(entry.tone)
  const { from, to, pnns, addresses } = entry
  return [
    ...paragraph(entry.text, columns, { first: `${sign} `, mood }),
    [],
    ...fact('When', localTime(new Date(entry.atMs), new Date(nowMs)), columns),
    ...fact('What', `${entry.kind}: ${entry.what}`, columns),
    ...fact('Why', entry.cause, columns),
    ...fact(
      lapseWord(entry) === 'after' ? 'After' : 'Away for',
      entry.awayMs === undefined ? undefined : durationText(entry.awayMs),
      columns,
    ),
    ...fact('From', from === undefined ? undefined : ownerText(from), columns),
    ...fact('To', to === undefined ? undefined : ownerText(to), columns),
    ...fact('Check', entry.check, columns),
    ...fact('Nodes', pnns.length > 0 ? nodeList(pnns) : undefined, columns),
    ...fact('Addresses', addresses.length > 0 ? addresses.join(', ') : undefined, columns),
  ]
}
