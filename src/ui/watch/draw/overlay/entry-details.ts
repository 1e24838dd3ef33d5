import { allNodesText } from '../../../../lib/cluster/node-text.ts'
import { localTime } from '../../../../lib/local-time.ts'
import { durationLabel, durationOf } from '../../entry-line.ts'
import type { Model } from '../../model/model.ts'
import type { Line } from '../line.ts'
import { ownerText, toneSign } from '../state-words.ts'
import { fact, paragraph } from './text-block.ts'

/** Details of an entry of the timeline. */
export function entryLines({ timeline, nowMs }: Model, id: number, columns: number): Line[] {
  const entry = timeline.find((each) => each.id === id)
  if (!entry) return paragraph('This entry was dropped, as there are too many newer ones.', columns)
  const { sign, style } = toneSign(entry.tone)
  const { from, to, pnns, addresses } = entry
  return [
    ...paragraph(entry.text, columns, { first: `${sign} `, style }),
    [],
    ...fact('Time', localTime(new Date(entry.atMs), new Date(nowMs)), columns),
    ...fact('Event', `${entry.kind}: ${entry.what}`, columns),
    ...fact('Cause', entry.cause, columns),
    ...fact(durationLabel(entry) === 'after' ? 'After' : 'Away for', durationOf(entry), columns),
    ...fact('From', from === undefined ? undefined : ownerText(from), columns),
    ...fact('To', to === undefined ? undefined : ownerText(to), columns),
    ...fact('Check', entry.check, columns),
    ...fact('Nodes', pnns.length > 0 ? allNodesText(pnns) : undefined, columns),
    ...fact('Addresses', addresses.length > 0 ? addresses.join(', ') : undefined, columns),
  ]
}
