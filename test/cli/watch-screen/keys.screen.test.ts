import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyContext } from '../../../src/ui/watch/update/key-binding.ts'
import { KEY_BINDINGS } from '../../../src/ui/watch/update/keys.ts'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch, SIM, SIM_TITLE, tmuxKey, type WatchScreen } from '../../support/watch-screen.ts'

/** What is seen once a key was pressed: text anywhere, or what is marked (in reverse). */
type Seen = string | RegExp | { readonly marked: RegExp }

const HELP = '─ Help ─'
const MENU = '─ Actions ─'
const QUESTION = /─ Start a takeover run\? ─/
const marked = (what: RegExp) => ({ marked: what })
const row = (last: number) => marked(new RegExp(`^172\\.16\\.146\\.${last} `, 'm'))

/** Keys that were pressed, each with the binding of the key table that it is of. */
const pressed = new Set<string>()
const named = (binding: number, key: string) => `${key}: ${KEY_BINDINGS[binding]?.keys.join(' ')} (${binding})`

/** Presses one key after the other in a place of the screen, and sees to it that each shows what it should. */
async function pressAll(screen: WatchScreen, steps: readonly (readonly [context: KeyContext, key: string, seen: Seen])[]) {
  for (const [context, key, seen] of steps) {
    const binding = KEY_BINDINGS.findIndex(({ keys, contexts = ['panes'] }) => contexts.includes(context) && keys.includes(key))
    if (binding !== -1) pressed.add(named(binding, key))
    await screen.press(tmuxKey(key))
    if (typeof seen === 'string' || seen instanceof RegExp) await screen.shows(seen)
    else await screen.marks(seen.marked)
  }
}

/** Nothing lies over the panes. */
const PANES = /^(?!.*┌─)an embedded cluster/s

describe.skipIf(!hasTmux)('every key of the watch', () => {
  let screen: WatchScreen
  beforeAll(async () => {
    screen = await openWatch(SIM)
  })
  afterAll(async () => await screen?.[Symbol.asyncDispose]())

  it('moves the cursor', async () => {
    await screen.shows(SIM_TITLE)
    await pressAll(screen, [
      ['panes', 'j', row(132)],
      ['panes', 'k', row(131)],
      ['panes', 'down', row(132)],
      ['panes', 'up', row(131)],
      ['panes', 'G', row(150)],
      ['panes', 'g', row(131)],
      ['panes', 'end', row(150)],
      ['panes', 'home', row(131)],
      ['panes', 'pagedown', row(150)],
      ['panes', 'pageup', row(131)],
      ['panes', 'ctrl+d', /./],
      ['panes', 'ctrl+u', row(131)],
      ['panes', 'l', marked(/node 0/)],
      ['panes', 'right', marked(/node 1/)],
      ['panes', 'left', marked(/node 0/)],
      ['panes', 'right', marked(/node 1/)],
      ['panes', 'h', marked(/node 0/)],
      ['panes', 'escape', marked(/^(?!.*node 0)/s)],
      ['panes', 'tab', marked(/ Timeline /)],
      ['panes', 'tab', marked(/ Log\b/)],
      ['panes', 'shift+tab', marked(/ Timeline /)],
      ['panes', 'shift+tab', marked(/ Addresses /)],
      ['panes', 't', marked(/ Timeline /)],
      ['panes', 'shift+tab', marked(/ Addresses /)],
    ])
  })

  it('shows details in overlays, and closes them', async () => {
    await pressAll(screen, [
      ['panes', 'enter', '─ 172.16.146.131 ─'],
      ['text', 'q', PANES],
      ['panes', 'n', /─ [Nn]ode 3 ─/],
      ['text', 'escape', PANES],
      ['panes', '?', HELP],
      ['text', 'G', /─ ↑ \d+ more/],
      ['text', 'g', /─ ↓ \d+ more/],
      ['text', '?', PANES],
      ['panes', '?', HELP],
      ['text', 'enter', PANES],
    ])
  })

  it('filters, sorts and groups', async () => {
    await pressAll(screen, [['panes', '/', /^\/ *$/m]])
    await screen.type('146.13')
    await screen.shows(/^\/146\.13 *$/m)
    await screen.shows('9 of 20')
    await pressAll(screen, [
      ['input', 'backspace', /^\/146\.1 *$/m],
      ['input', 'delete', /^\/146\. *$/m],
      ['input', 'ctrl+u', /^\/ *$/m],
    ])
    await screen.type('=172.16.146.133')
    await pressAll(screen, [
      ['input', 'enter', '1 of 20'],
      ['panes', '/', /^\/=172\.16\.146\.133 *$/m],
    ])
    await screen.type('5')
    await screen.shows('0 of 20')
    await pressAll(screen, [
      ['input', 'escape', '1 of 20'],
      ['panes', 'escape', /^20 /m],
      ['panes', 'g', row(131)],
      ['panes', 'f', '1 of 20'],
      ['panes', 'f', '5 of 20'],
      ['panes', 'f', /^20 /m],
      ['panes', 's', 'Sorted by owner'],
      ['panes', 's', 'Sorted by time'],
      ['panes', 's', 'Sorted by severity'],
      ['panes', 's', 'Sorted by address'],
      ['panes', 'o', 'Grouped by node'],
      ['panes', 'o', 'Grouped by subnet'],
      ['panes', 'o', 'Not grouped'],
    ])
  })

  it('polls more or less often, now, or not at all', async () => {
    await pressAll(screen, [
      ['panes', '+', 'every 5 s'],
      ['panes', '=', 'every 10 s'],
      ['panes', '-', 'every 5 s'],
      ['panes', 'p', 'PAUSED'],
    ])
    await screen.shows(/seen [2-9] s ago/)
    await pressAll(screen, [
      ['panes', 'r', /seen [01] s ago/],
      ['panes', 'p', /^(?!.*PAUSED)/s],
      ['panes', '-', 'every 2 s'],
    ])
  })

  it('does what-ifs, actions and faults', async () => {
    await pressAll(screen, [
      ['panes', 'w', '─ What if … ─'],
      ['menu', 'q', PANES],
      ['panes', 'w', '─ What if … ─'],
      ['menu', 'enter', 'what if node 3 is down'],
      ['panes', 'W', /^(?!.*what if node)/s],
      ['panes', 'w', '─ What if … ─'],
      ['menu', 'enter', 'what if node 3 is down'],
      ['panes', 'escape', /^(?!.*what if node)/s],
      ['panes', 'b', '─ Break or repair ─'],
      ['menu', 'escape', PANES],
      ['panes', 'a', MENU],
      ['menu', 'enter', QUESTION],
      ['confirmation', 'n', PANES],
      ['panes', 'a', MENU],
      ['menu', 'enter', QUESTION],
      ['confirmation', 'escape', PANES],
      ['panes', 'a', MENU],
      ['menu', 'enter', QUESTION],
      ['confirmation', 'q', PANES],
      ['panes', 'a', MENU],
      ['menu', 'enter', /y confirm/],
      ['confirmation', 'enter', 'Press y to confirm, n to cancel'],
      ['confirmation', 'y', 'takeover run done by the leader, node 0'],
      ['panes', 'e', /^Export the timeline to: ctdbts-timeline\.jsonl/m],
      ['input', 'escape', PANES],
    ])
  })

  it('reacts to keys that arrive together', async () => {
    await screen.press('/', '=172.16.146.133', 'Enter', 'w', 'Enter')
    await screen.shows(/what if node 2 is down/)
    await screen.press('Enter', 'Escape', 'Escape', 'Escape')
    await screen.shows(/^20 /m)
    expect(await screen.screen()).not.toContain('what if node')
    await screen.press('?', 'Escape', 'C-l', 'Escape', 't')
    await screen.marks(/ Timeline /)
    await pressAll(screen, [['panes', 'shift+tab', marked(/ Addresses /)]])
  })

  it('redraws, suspends, and quits', async () => {
    await pressAll(screen, [
      ['panes', 'ctrl+l', SIM_TITLE],
      // Nobody could continue what this shell has started: it comes back at once.
      ['panes', 'ctrl+z', SIM_TITLE],
      ['panes', '?', HELP],
      ['text', 'q', PANES],
      ['panes', 'q', 'status 0'],
    ])
    await using other = await openWatch(SIM)
    await other.shows(SIM_TITLE)
    await pressAll(other, [['panes', 'ctrl+c', 'status 0']])
  })

  it('was pressed here', () => {
    // Those of a recording are pressed in replay.screen.test.ts.
    const all = KEY_BINDINGS.flatMap(({ keys, group }, binding) =>
      group === 'Time' ? [] : keys.map((key) => named(binding, key)),
    )
    expect(all.filter((each) => !pressed.has(each))).toEqual([])
  })
})
