import type { Model } from '../model/model.ts'
import { confirmAction } from './confirmation.ts'
import { acceptInput, deleteAll, deleteLast } from './input-line.ts'
import { changing, type KeyBinding } from './key-binding.ts'
import { choose } from './menus.ts'
import { closeOverlay } from './overlay.ts'
import { withNotice } from './result.ts'

const MENU_KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter'],
    group: 'In a menu',
    label: 'Choose',
    contexts: ['menu'],
    hint: { rank: 1, word: 'choose' },
    run: choose,
  },
  {
    keys: ['escape', 'q'],
    group: 'In a menu',
    label: 'Close the menu',
    contexts: ['menu'],
    hint: { rank: 2, word: 'close' },
    run: changing(closeOverlay),
  },
]

const isPlanning = (overlay: Model['overlay']): boolean => overlay?.kind === 'confirm' && overlay.planned.state === 'working'

const CONFIRMATION_KEYS: readonly KeyBinding[] = [
  {
    keys: ['y'],
    group: 'In a confirmation',
    label: 'Confirm, once the plan is ready or has failed',
    contexts: ['confirmation'],
    hint: { rank: 1, word: ({ overlay }) => (isPlanning(overlay) ? undefined : 'confirm') },
    run: confirmAction,
  },
  {
    keys: ['n', 'escape', 'q'],
    group: 'In a confirmation',
    label: 'Cancel',
    contexts: ['confirmation'],
    hint: { rank: 2, word: 'cancel' },
    run: changing(closeOverlay),
  },
  {
    keys: ['enter'],
    group: 'In a confirmation',
    label: 'Nothing; press y to confirm',
    contexts: ['confirmation'],
    run: changing((model) => withNotice(model, 'Press y to confirm, n to cancel')),
  },
]

const INPUT_WORDS = { filter: 'apply', export: 'export', time: 'go' } as const

const INPUT_KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter'],
    group: 'In an input line',
    label: 'Apply the filter, export to the file, or go to the time',
    contexts: ['input'],
    hint: { rank: 1, word: ({ overlay }) => INPUT_WORDS[overlay?.kind === 'input' ? overlay.of : 'filter'] },
    run: acceptInput,
  },
  {
    keys: ['escape'],
    group: 'In an input line',
    label: 'Cancel, and restore the filter',
    contexts: ['input'],
    hint: { rank: 2, word: 'cancel' },
    run: changing(closeOverlay),
  },
  {
    keys: ['backspace', 'delete'],
    group: 'In an input line',
    label: 'Delete the last character',
    contexts: ['input'],
    run: changing(deleteLast),
  },
  { keys: ['ctrl+u'], group: 'In an input line', label: 'Delete the line', contexts: ['input'], run: changing(deleteAll) },
]

/** The keys of menus, confirmations and input lines. */
export const OVERLAY_KEYS: readonly KeyBinding[] = [...MENU_KEYS, ...CONFIRMATION_KEYS, ...INPUT_KEYS]
