import { openBreak } from './break-menu.ts'
import { consent } from './confirmation.ts'
import { accept, eraseAll, eraseLast, openExport, openFilter } from './input-line.ts'
import { choose, openActions, openWhatIf } from './menus.ts'
import type { Effect, Model } from './model.ts'
import { closeOverlay, moveInOverlay, openDetails, openNodeDetails } from './overlays.ts'
import { focusNext, hasColumns, moveCursor, moveSideways, type Step } from './panes.ts'
import { changeInterval } from './polling.ts'
import { withoutPreview } from './preview.ts'
import { type Result, result, withNotice } from './result.ts'
import { filterByCursor, goBack, nextGrouping, nextSort } from './showing.ts'
import { lookNow, togglePause } from './taking-in.ts'

/** Where a key is pressed: in the panes, or in what lies over them. */
export type Place = 'panes' | 'text' | 'menu' | 'question' | 'line'

/** Groups of keys, as the help has them. */
const KEY_GROUPS = [
  'Moving',
  'Showing',
  'What if',
  'Changing the cluster',
  'The program',
  'In a menu',
  'In a question',
  'In a line of input',
] as const
type KeyGroup = (typeof KEY_GROUPS)[number]

/** What keys do. */
export interface KeyBinding {
  /** As the terminal's runner names them; what is printable is its own name. */
  readonly keys: readonly string[]
  readonly group: KeyGroup
  /** What they do, for the help. */
  readonly label: string | ((model: Model) => string)
  /** Where; in the panes unless given. */
  readonly places?: readonly Place[]
  /** Whether the model has such a key at all; the help leaves others out. */
  readonly isThere?: (model: Model) => boolean
  /** For the line at the bottom: a word for it, when it is of use, and its rank among the hints, the lowest first. */
  readonly hint?: { readonly rank: number; readonly word: string | ((model: Model) => string | undefined) }
  readonly does: (model: Model) => Result
}

const EVERYWHERE: readonly Place[] = ['panes', 'text', 'menu', 'question', 'line']
const WHERE_ROWS_ARE: readonly Place[] = ['panes', 'text', 'menu', 'question']

const only =
  (change: (model: Model) => Model): KeyBinding['does'] =>
  (model) =>
    result(change(model))

const wanting =
  (effect: Effect): KeyBinding['does'] =>
  (model) =>
    result(model, effect)

const moving = (keys: readonly string[], label: string, step: Step): KeyBinding => ({
  keys,
  group: 'Moving',
  label,
  places: WHERE_ROWS_ARE,
  does: only((model) => (model.overlay ? moveInOverlay(model, step) : moveCursor(model, step))),
})

/** The label of a key that changes something: where nothing can be changed, why. */
const changing =
  (label: string, short: string) =>
  ({ readOnly }: Model): string =>
    readOnly === undefined ? label : `${short}; not here: ${readOnly}`

const unlessReadOnly =
  (word: string) =>
  ({ readOnly }: Model): string | undefined =>
    readOnly === undefined ? word : undefined

/** Every key there is: what it does, and what the help says of it. In one place a key is bound once. */
export const KEY_BINDINGS: readonly KeyBinding[] = [
  moving(['j', 'down'], 'down', { rows: 1 }),
  moving(['k', 'up'], 'up', { rows: -1 }),
  {
    keys: ['h', 'left'],
    group: 'Moving',
    label: (model) => (hasColumns(model) ? 'mark the node to the left' : 'the pane before'),
    does: only((model) => moveSideways(model, -1)),
  },
  {
    keys: ['l', 'right'],
    group: 'Moving',
    label: (model) => (hasColumns(model) ? 'mark the node to the right' : 'the next pane'),
    does: only((model) => moveSideways(model, 1)),
  },
  moving(['g', 'home'], 'to the first', 'first'),
  moving(['G', 'end'], 'to the last; timeline and log follow there', 'last'),
  moving(['pagedown'], 'a page down', { pages: 1 }),
  moving(['pageup'], 'a page up', { pages: -1 }),
  moving(['ctrl+d'], 'half a page down', { pages: 0.5 }),
  moving(['ctrl+u'], 'half a page up', { pages: -0.5 }),
  {
    keys: ['tab'],
    group: 'Moving',
    label: 'the next pane',
    hint: { rank: 9, word: 'pane' },
    does: only((model) => focusNext(model, 1)),
  },
  { keys: ['shift+tab'], group: 'Moving', label: 'the pane before', does: only((model) => focusNext(model, -1)) },
  {
    keys: ['t'],
    group: 'Moving',
    label: 'to the timeline',
    does: only((model) => ({ ...model, pane: 'timeline' })),
  },
  {
    keys: ['enter'],
    group: 'Showing',
    label: 'all that is known of what the cursor is on',
    hint: { rank: 2, word: 'details' },
    does: openDetails,
  },
  { keys: ['n'], group: 'Showing', label: 'all that is known of its node', does: openNodeDetails },
  {
    keys: ['/'],
    group: 'Showing',
    label: 'filter: 10.0.0.3 =10.0.0.3 10.0.0.0/24 node2 missing …',
    hint: { rank: 4, word: 'filter' },
    does: only(openFilter),
  },
  {
    keys: ['f'],
    group: 'Showing',
    label: 'filter by what the cursor is on; again: by its node',
    does: filterByCursor,
  },
  {
    keys: ['s'],
    group: 'Showing',
    label: 'sort the addresses otherwise',
    hint: { rank: 10, word: 'sort' },
    does: only(nextSort),
  },
  {
    keys: ['o'],
    group: 'Showing',
    label: 'group the addresses by node, by subnet, or not',
    hint: { rank: 11, word: 'group' },
    does: only(nextGrouping),
  },
  {
    keys: ['p'],
    group: 'Showing',
    label: 'hold the screen still, poll no more; again: go on',
    hint: { rank: 8, word: ({ isPaused }) => (isPaused ? 'go on' : 'pause') },
    does: togglePause,
  },
  { keys: ['r'], group: 'Showing', label: 'look at the cluster now', does: lookNow },
  { keys: ['+', '='], group: 'Showing', label: 'look less often', does: (model) => changeInterval(model, 'longer') },
  { keys: ['-'], group: 'Showing', label: 'look more often', does: (model) => changeInterval(model, 'shorter') },
  {
    keys: ['escape'],
    group: 'Showing',
    label: 'end the preview; else clear the filter; else the mark',
    hint: {
      rank: 3,
      word: ({ preview, filter }) => (preview ? 'end preview' : filter === '' ? undefined : 'clear filter'),
    },
    does: only(goBack),
  },
  {
    keys: ['e'],
    group: 'Showing',
    label: 'export the timeline, as the filter has it, as JSON lines',
    does: only(openExport),
  },
  {
    keys: ['w'],
    group: 'What if',
    label: 'what if a node or a link went: where addresses would go',
    hint: { rank: 5, word: 'what if' },
    does: openWhatIf,
  },
  { keys: ['W'], group: 'What if', label: 'imagine nothing any more', does: only(withoutPreview) },
  {
    keys: ['a'],
    group: 'Changing the cluster',
    label: changing('takeover run, disable, enable, move; you are asked first', 'takeover run, disable, …'),
    hint: { rank: 6, word: unlessReadOnly('act') },
    does: openActions,
  },
  {
    keys: ['b'],
    group: 'Changing the cluster',
    label: changing('break or mend something in the embedded cluster', 'break or mend something'),
    isThere: ({ isSimulated }) => isSimulated,
    hint: { rank: 7, word: unlessReadOnly('break') },
    does: openBreak,
  },
  { keys: ['?'], group: 'The program', label: 'this help', hint: { rank: 1, word: 'help' }, does: only(openHelp) },
  {
    keys: ['?', 'q', 'escape', 'enter'],
    group: 'The program',
    label: 'leave this help, or details',
    places: ['text'],
    hint: { rank: 1, word: 'back' },
    does: only(closeOverlay),
  },
  { keys: ['q'], group: 'The program', label: 'quit', hint: { rank: 12, word: 'quit' }, does: wanting({ kind: 'quit' }) },
  {
    keys: ['ctrl+c'],
    group: 'The program',
    label: 'quit, wherever you are',
    places: EVERYWHERE,
    does: wanting({ kind: 'quit' }),
  },
  {
    keys: ['ctrl+z'],
    group: 'The program',
    label: 'suspend; `fg` in the shell comes back',
    places: EVERYWHERE,
    does: wanting({ kind: 'suspend' }),
  },
  {
    keys: ['ctrl+l'],
    group: 'The program',
    label: 'draw the screen anew',
    places: EVERYWHERE,
    does: wanting({ kind: 'redraw' }),
  },
  {
    keys: ['enter'],
    group: 'In a menu',
    label: 'choose',
    places: ['menu'],
    hint: { rank: 1, word: 'choose' },
    does: choose,
  },
  {
    keys: ['escape', 'q'],
    group: 'In a menu',
    label: 'leave it, nothing is done',
    places: ['menu'],
    hint: { rank: 2, word: 'back' },
    does: only(closeOverlay),
  },
  {
    keys: ['y'],
    group: 'In a question',
    label: 'do it; once the plan is there, or cannot be made',
    places: ['question'],
    hint: { rank: 1, word: ({ overlay }) => (isPlanning(overlay) ? undefined : 'do it') },
    does: consent,
  },
  {
    keys: ['n', 'escape', 'q'],
    group: 'In a question',
    label: 'leave it, nothing is done',
    places: ['question'],
    hint: { rank: 2, word: 'leave it' },
    does: only(closeOverlay),
  },
  {
    keys: ['enter'],
    group: 'In a question',
    label: 'nothing: it takes a y',
    places: ['question'],
    does: only((model) => withNotice(model, 'y does it, n leaves it')),
  },
  {
    keys: ['enter'],
    group: 'In a line of input',
    label: 'keep the filter, export to the file',
    places: ['line'],
    hint: { rank: 1, word: ({ overlay }) => (overlay?.kind === 'input' && overlay.of === 'export' ? 'export' : 'keep') },
    does: accept,
  },
  {
    keys: ['escape'],
    group: 'In a line of input',
    label: 'leave it, and have the filter as it was',
    places: ['line'],
    hint: { rank: 2, word: 'leave it' },
    does: only(closeOverlay),
  },
  {
    keys: ['backspace', 'delete'],
    group: 'In a line of input',
    label: 'erase the last character',
    places: ['line'],
    does: only(eraseLast),
  },
  { keys: ['ctrl+u'], group: 'In a line of input', label: 'erase the line', places: ['line'], does: only(eraseAll) },
]

const isPlanning = (overlay: Model['overlay']): boolean => overlay?.kind === 'confirm' && overlay.planned.state === 'working'

function openHelp(model: Model): Model {
  return { ...model, overlay: { kind: 'help', top: 0 } }
}

/** Where the next key is pressed. */
export function placeOf({ overlay }: Model): Place {
  switch (overlay?.kind) {
    case undefined:
      return 'panes'
    case 'menu':
      return 'menu'
    case 'confirm':
      return 'question'
    case 'input':
      return 'line'
    default:
      return 'text'
  }
}

const isIn = (place: Place, { places = ['panes'] }: KeyBinding): boolean => places.includes(place)

/** What a key does where the model is; undefined for nothing. */
export function bindingFor(model: Model, key: string): KeyBinding | undefined {
  const place = placeOf(model)
  return KEY_BINDINGS.find((each) => isIn(place, each) && each.keys.includes(key) && (each.isThere?.(model) ?? true))
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
  'shift+tab': 'Shift-Tab',
  enter: 'Enter',
  escape: 'Esc',
  backspace: 'Backspace',
  delete: 'Del',
}

/** A key as people write it: `Ctrl-C`, `PgUp`, `G`. */
const keyText = (key: string): string =>
  KEY_NAMES[key] ?? (key.startsWith('ctrl+') ? `Ctrl-${key.slice('ctrl+'.length).toUpperCase()}` : key)

/** The help: all keys of the table that are there, in groups. */
export const keyHelp = (
  model: Model,
): readonly { readonly title: string; readonly lines: readonly { readonly keys: string; readonly does: string }[] }[] =>
  KEY_GROUPS.map((title) => ({
    title,
    lines: KEY_BINDINGS.filter(({ group, isThere }) => group === title && (isThere?.(model) ?? true)).map(({ keys, label }) => ({
      keys: keys.map(keyText).join(' '),
      does: typeof label === 'string' ? label : label(model),
    })),
  }))

/** The keys that are of the most use where the model is, the first the most. */
export const hints = (model: Model): readonly { readonly key: string; readonly does: string }[] => {
  const place = placeOf(model)
  return KEY_BINDINGS.filter((binding) => isIn(place, binding) && (binding.isThere?.(model) ?? true))
    .toSorted((a, b) => (a.hint?.rank ?? 0) - (b.hint?.rank ?? 0))
    .flatMap(({ keys: [key = ''], hint }) => {
      const does = typeof hint?.word === 'function' ? hint.word(model) : hint?.word
      return does === undefined ? [] : [{ key: keyText(key), does }]
    })
}
