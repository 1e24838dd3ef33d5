import type { Model } from '../../model/model.ts'
import { keyHelp } from '../../update/key-help.ts'
import { cell, type Line, span } from '../line.ts'
import { EMPTY, headingLine } from './text-block.ts'

const SIGNS: readonly (readonly [sign: string, means: string])[] = [
  ['● held', "the owner's kernel holds the address"],
  ['✗ missing', "the owner's kernel does not hold it; on N: node N's does"],
  ['‼ twice', 'two kernels hold it; stray: one does, but no node owns it'],
  ['? unseen', "the owner's kernel could not be read"],
  ['— nobody', 'no node owns it'],
  ['★', 'the leader'],
  ['·', 'the node knows the address and can get it'],
  ['◌ comes', 'what-if: it would move here; leaves: away from here'],
  ['eth0↓', 'an interface without a link'],
]
const KEY_COLUMNS = 18

/** The keys and the signs. */
export function helpLines(model: Model): Line[] {
  const groups = keyHelp(model).flatMap(({ title, lines }) => [
    headingLine(title),
    ...lines.map(({ keys, does }) => [cell(`  ${keys}`, KEY_COLUMNS, 'strong'), span(does)]),
    EMPTY,
  ])
  return [
    ...groups,
    headingLine('Signs'),
    ...SIGNS.map(([sign, means]) => [cell(`  ${sign}`, KEY_COLUMNS, 'strong'), span(means)]),
  ]
}
