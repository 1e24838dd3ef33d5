import type { Model } from '../model/model.ts'
import { result, type UpdateResult } from './result.ts'

/** What keys act on: the panes, or the overlay, by its kind. */
export type KeyContext = 'panes' | 'text' | 'menu' | 'confirmation' | 'input'

/** Groups of keys, in the order of the help. */
export const KEY_GROUPS = [
  'Move',
  'Time',
  'View',
  'What if',
  'Change the cluster',
  'Program',
  'In a menu',
  'In a confirmation',
  'In an input line',
] as const
type KeyGroup = (typeof KEY_GROUPS)[number]

/** What a key does, or several keys that do the same. */
export interface KeyBinding {
  /** Names of the keys: `enter`, `ctrl+c`; a printable key is its own name. */
  readonly keys: readonly string[]
  readonly group: KeyGroup
  /** What they do, for the help. */
  readonly label: string | ((model: Model) => string)
  /** Where they work; in the panes unless given. */
  readonly contexts?: readonly KeyContext[]
  /** Whether the model has these keys at all; the help leaves out the others. */
  readonly isAvailable?: (model: Model) => boolean
  /** A word for the bottom line, where that is of use, and its rank among the hints: the lowest comes first. */
  readonly hint?: { readonly rank: number; readonly word: string | ((model: Model) => string | undefined) }
  readonly run: (model: Model) => UpdateResult
}

/** Where the next key goes. */
export function contextOf({ overlay }: Model): KeyContext {
  switch (overlay?.kind) {
    case undefined:
      return 'panes'
    case 'menu':
      return 'menu'
    case 'confirm':
      return 'confirmation'
    case 'input':
      return 'input'
    default:
      return 'text'
  }
}

/** What a key does that only changes the model. */
export const changing =
  (change: (model: Model) => Model): KeyBinding['run'] =>
  (model) =>
    result(change(model))
