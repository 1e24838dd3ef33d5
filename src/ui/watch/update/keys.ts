import type { Effect, Model } from '../model/model.ts'
import { hasColumns } from '../model/rows.ts'
import { sampleNow, togglePause } from './backlog.ts'
import { openBreak } from './break-menu.ts'
import { focusNext, moveCursor, moveSideways, type Step } from './cursors.ts'
import { openExport, openFilter } from './input-line.ts'
import { changing, contextOf, type KeyBinding, type KeyContext } from './key-binding.ts'
import { openActions, openWhatIf } from './menus.ts'
import { closeOverlay, moveInOverlay, openDetails, openHelp, openNodeDetails } from './overlay.ts'
import { OVERLAY_KEYS } from './overlay-keys.ts'
import { changeInterval } from './poll-interval.ts'
import { result } from './result.ts'
import { TIME_KEYS } from './time-keys.ts'
import { filterBySelection, goBack, nextGrouping, nextSort } from './view-options.ts'
import { clearWhatIf } from './what-if.ts'

const EVERYWHERE: readonly KeyContext[] = ['panes', 'text', 'menu', 'confirmation', 'input']
const SCROLLABLE: readonly KeyContext[] = ['panes', 'text', 'menu', 'confirmation']

const requesting =
  (effect: Effect): KeyBinding['run'] =>
  (model) =>
    result(model, effect)

const moveKey = (keys: readonly string[], label: string, step: Step): KeyBinding => ({
  keys,
  group: 'Move',
  label,
  contexts: SCROLLABLE,
  run: changing((model) => (model.overlay ? moveInOverlay(model, step) : moveCursor(model, step))),
})

const MOVE_KEYS: readonly KeyBinding[] = [
  moveKey(['j', 'down'], 'Move down', { rows: 1 }),
  moveKey(['k', 'up'], 'Move up', { rows: -1 }),
  {
    keys: ['h', 'left'],
    group: 'Move',
    label: (model) => (hasColumns(model) ? 'Mark the node to the left' : 'Go to the previous pane'),
    run: changing((model) => moveSideways(model, -1)),
  },
  {
    keys: ['l', 'right'],
    group: 'Move',
    label: (model) => (hasColumns(model) ? 'Mark the node to the right' : 'Go to the next pane'),
    run: changing((model) => moveSideways(model, 1)),
  },
  moveKey(['g', 'home'], 'Go to the first row', 'first'),
  moveKey(['G', 'end'], 'Go to the last row; timeline and log follow new entries', 'last'),
  moveKey(['pagedown'], 'Move down a page', { pages: 1 }),
  moveKey(['pageup'], 'Move up a page', { pages: -1 }),
  moveKey(['ctrl+d'], 'Move down half a page', { pages: 0.5 }),
  moveKey(['ctrl+u'], 'Move up half a page', { pages: -0.5 }),
  {
    keys: ['tab'],
    group: 'Move',
    label: 'Go to the next pane',
    hint: { rank: 9, word: 'pane' },
    run: changing((model) => focusNext(model, 1)),
  },
  { keys: ['shift+tab'], group: 'Move', label: 'Go to the previous pane', run: changing((model) => focusNext(model, -1)) },
  { keys: ['t'], group: 'Move', label: 'Go to the timeline', run: changing((model) => ({ ...model, pane: 'timeline' })) },
]

const VIEW_KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter'],
    group: 'View',
    label: 'Show details of the selected item',
    hint: { rank: 2, word: 'details' },
    run: openDetails,
  },
  { keys: ['n'], group: 'View', label: 'Show details of its node', run: openNodeDetails },
  {
    keys: ['/'],
    group: 'View',
    label: 'Filter: 10.0.0.3 =10.0.0.3 10.0.0.0/24 node2 missing …',
    hint: { rank: 4, word: 'filter' },
    run: changing(openFilter),
  },
  { keys: ['f'], group: 'View', label: 'Filter by the selected item; again: by its node', run: filterBySelection },
  {
    keys: ['s'],
    group: 'View',
    label: 'Change the sort order of the addresses',
    hint: { rank: 10, word: 'sort' },
    run: changing(nextSort),
  },
  {
    keys: ['o'],
    group: 'View',
    label: 'Group the addresses by node, by subnet, or not at all',
    hint: { rank: 11, word: 'group' },
    run: changing(nextGrouping),
  },
  {
    keys: ['p'],
    group: 'View',
    label: ({ replay }) => (replay ? 'Play the recording, or pause' : 'Pause or resume polling and the display'),
    hint: { rank: 8, word: ({ isPaused, replay }) => (replay && !replay.isPlaying ? 'play' : isPaused ? 'resume' : 'pause') },
    run: togglePause,
  },
  {
    keys: ['r'],
    group: 'View',
    label: ({ replay }) => (replay ? 'Refresh; not available: this is a recording' : 'Refresh now'),
    run: sampleNow,
  },
  {
    keys: ['+', '='],
    group: 'View',
    label: ({ replay }) => (replay ? 'Play faster' : 'Poll less often'),
    run: (model) => changeInterval(model, 'longer'),
  },
  {
    keys: ['-'],
    group: 'View',
    label: ({ replay }) => (replay ? 'Play slower' : 'Poll more often'),
    run: (model) => changeInterval(model, 'shorter'),
  },
  {
    keys: ['escape'],
    group: 'View',
    label: 'Clear the what-if, else the filter, else the mark',
    hint: {
      rank: 3,
      word: ({ preview, filter }) => (preview ? 'clear what-if' : filter === '' ? undefined : 'clear filter'),
    },
    run: changing(goBack),
  },
  { keys: ['e'], group: 'View', label: 'Export the filtered timeline as JSON lines', run: changing(openExport) },
]

const WHAT_IF_KEYS: readonly KeyBinding[] = [
  {
    keys: ['w'],
    group: 'What if',
    label: 'Preview where addresses move if a node or link fails',
    hint: { rank: 5, word: 'what if' },
    run: openWhatIf,
  },
  { keys: ['W'], group: 'What if', label: 'Clear what-if', run: changing(clearWhatIf) },
]

/** The label of a key that changes something; in a read-only watch it says why it cannot. */
const unlessReadOnly =
  (label: string, short: string) =>
  ({ readOnly }: Model): string =>
    readOnly === undefined ? label : `${short}; not available: ${readOnly}`

const hintUnlessReadOnly =
  (word: string) =>
  ({ readOnly }: Model): string | undefined =>
    readOnly === undefined ? word : undefined

const CHANGE_KEYS: readonly KeyBinding[] = [
  {
    keys: ['a'],
    group: 'Change the cluster',
    label: unlessReadOnly('Start a takeover run, disable, enable, move; asks first', 'Start a takeover run, disable, …'),
    hint: { rank: 6, word: hintUnlessReadOnly('act') },
    run: openActions,
  },
  {
    keys: ['b'],
    group: 'Change the cluster',
    label: unlessReadOnly('Break or repair something in the embedded cluster', 'Break or repair something'),
    isAvailable: ({ isSimulated }) => isSimulated,
    hint: { rank: 7, word: hintUnlessReadOnly('break') },
    run: openBreak,
  },
]

const PROGRAM_KEYS: readonly KeyBinding[] = [
  { keys: ['?'], group: 'Program', label: 'Show this help', hint: { rank: 1, word: 'help' }, run: changing(openHelp) },
  {
    keys: ['?', 'q', 'escape', 'enter'],
    group: 'Program',
    label: 'Close the help or the details',
    contexts: ['text'],
    hint: { rank: 1, word: 'close' },
    run: changing(closeOverlay),
  },
  { keys: ['q'], group: 'Program', label: 'Quit', hint: { rank: 12, word: 'quit' }, run: requesting({ kind: 'quit' }) },
  { keys: ['ctrl+c'], group: 'Program', label: 'Quit from anywhere', contexts: EVERYWHERE, run: requesting({ kind: 'quit' }) },
  {
    keys: ['ctrl+z'],
    group: 'Program',
    label: 'Suspend; `fg` in the shell resumes',
    contexts: EVERYWHERE,
    run: requesting({ kind: 'suspend' }),
  },
  { keys: ['ctrl+l'], group: 'Program', label: 'Redraw the screen', contexts: EVERYWHERE, run: requesting({ kind: 'redraw' }) },
]

/** Every key of the watch. In each context a key is bound once. */
export const KEY_BINDINGS: readonly KeyBinding[] = [
  ...MOVE_KEYS,
  ...TIME_KEYS,
  ...VIEW_KEYS,
  ...WHAT_IF_KEYS,
  ...CHANGE_KEYS,
  ...PROGRAM_KEYS,
  ...OVERLAY_KEYS,
]

/** Whether a binding works in a context. */
export const isBoundIn = (context: KeyContext, { contexts = ['panes'] }: KeyBinding): boolean => contexts.includes(context)

/** What a key does in the current context; undefined for nothing. */
export function bindingFor(model: Model, key: string): KeyBinding | undefined {
  const context = contextOf(model)
  return KEY_BINDINGS.find((each) => isBoundIn(context, each) && each.keys.includes(key) && (each.isAvailable?.(model) ?? true))
}
