import { readFileSync } from 'node:fs'
import { RUN_JS } from './program.ts'
import { tempDir } from './temp-dir.ts'
import { openTerminal, type Terminal, type TerminalSize } from './terminal.ts'

/** A `ctdbts watch` in a terminal. */
export interface WatchScreen extends Terminal {
  /** Of the program, not of a shell. */
  pid(): number
  /** What `stty -a` has written before the program and, once that has ended, after it. */
  settings(): { readonly before: string; readonly after: string }
  /** Waits until something is shown in reverse, as the cursor and what is marked are, that is like this. */
  marks(what: RegExp): Promise<void>
}

export interface WatchScreenOptions {
  readonly env?: Record<string, string>
  readonly size?: TerminalSize
  /** For Node itself. */
  readonly nodeFlags?: string
}

/** The cluster that most tests watch. */
export const SIM = '--sim --sim-nodes 4 --sim-addresses 20'
/** What is shown of it first. */
export const SIM_TITLE = /^an embedded ?cluster · .*4 nodes · 20 addresses/m
export const USUAL_SIZE: TerminalSize = { columns: 120, rows: 40 }

/** Starts `ctdbts watch` in a terminal on which `before` stands. */
export async function openWatch(argv: string, options: WatchScreenOptions = {}): Promise<WatchScreen> {
  const folder = tempDir()
  const pidFile = folder.file('pid')
  const program = watchCommand(argv, options)
  const settings = (when: string) => folder.file(`settings-${when}`)
  const steps = [
    `stty -a > ${settings('before')}`,
    'echo before',
    `sh -c 'echo $$ > ${pidFile}; exec ${program}'`,
    `s=$?; stty -a > ${settings('after')}; (exit $s)`,
  ]
  const terminal = await openTerminal(steps.join('; '), {}, options.size ?? USUAL_SIZE)
  return {
    ...terminal,
    pid: () => pidIn(pidFile),
    settings: () => ({ before: readFileSync(settings('before'), 'utf8'), after: readFileSync(settings('after'), 'utf8') }),
    marks: async (what) => {
      await terminal.showsColoured((coloured) => what.test(reversed(coloured).join('\n')))
    },
    [Symbol.asyncDispose]: async () => {
      await terminal[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** The command line of a watch, for a shell: neither that tests run in a CI nor the locale of their machine shall count. */
export function watchCommand(argv: string, { env = {}, nodeFlags = '' }: WatchScreenOptions = {}): string {
  const surroundings = Object.entries({ CI: '', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env })
  const settings = surroundings.map(([name, value]) => `${name}="${value}"`).join(' ')
  return `env ${settings} ${process.execPath} ${nodeFlags} ${RUN_JS} watch ${argv}`
}

/** What `echo $$` has written there. */
export const pidIn = (file: string): number => Number(readFileSync(file, 'utf8'))

/** Chooses what begins like this from the menu that is open. */
export async function choose(screen: WatchScreen, label: string): Promise<void> {
  const shown = await screen.shows(`│   ${label}`)
  const lines = shown.split('\n')
  const top = lines.findIndex((line) => line.includes('┌─'))
  const index = lines.slice(top + 1).findIndex((line) => line.includes(`│   ${label}`))
  for (let step = 0; step < index; step++) await screen.press('Down')
  await screen.marks(new RegExp(`^ +${label.replaceAll('.', '\\.')}`, 'm'))
  await screen.press('Enter')
}

/** What is shown in reverse, line by line. */
function reversed(coloured: string): string[] {
  let isReversed = false
  const marked = (piece: string, index: number) => {
    const [, codes, text = ''] = (index > 0 && /^([\d;]*)m(.*)$/.exec(piece)) || [piece, undefined, piece]
    for (const code of codes?.split(';') ?? []) isReversed = code === '7' || (isReversed && !['', '0', '27'].includes(code))
    return isReversed ? text : ''
  }
  return coloured.split('\n').map((line) => line.split('\x1b[').map(marked).join(''))
}

/** tmux's name for a key, as the key table has it. */
export const tmuxKey = (key: string): string =>
  TMUX_KEYS[key] ?? (key.startsWith('ctrl+') ? `C-${key.slice('ctrl+'.length)}` : key)

const TMUX_KEYS: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PageUp',
  pagedown: 'PageDown',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
  'shift+tab': 'BTab',
  enter: 'Enter',
  escape: 'Escape',
  backspace: 'BSpace',
  delete: 'DC',
}
