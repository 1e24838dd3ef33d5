import { keyHelp } from '../keys.ts'
import { cell, type Line, span } from '../line.ts'
import type { Model } from '../model.ts'
import { EMPTY, titleOf } from './text-block.ts'

const SIGNS: readonly (readonly [sign: string, means: string])[] = [
  ['● held', "the owner's kernel holds the address"],
  ['✗ missing', "the owner's kernel does not hold it; on N: another node's does"],
  ['‼ twice', 'two kernels hold it; stray: one does, and nobody owns it'],
  ['? unseen', "the owner's kernel cannot be looked at"],
  ['— nobody', 'no node owns it'],
  ['★', 'the leader'],
  ['·', 'the node knows the address, and may get it'],
  ['◌ comes', 'in a preview: it would go here; leaves: from here'],
  ['eth0↓', 'an interface without a link'],
]
const KEY_COLUMNS = 18

/** What every key does, and what the signs mean. */
export function helpLines(model: Model): Line[] {
  const groups = keyHelp(model).flatMap(({ title, lines }) => [
    titleOf(title),
    ...lines.map(({ keys, does }) => [cell(`  ${keys}`, KEY_COLUMNS, 'strong'), span(does)]),
    EMPTY,
  ])
  return [...groups, titleOf('Signs'), ...SIGNS.map(([sign, means]) => [cell(`  ${sign}`, KEY_COLUMNS, 'strong'), span(means)])]
}
