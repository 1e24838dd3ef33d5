import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import { RUN_JS } from './program.ts'
import { tempDir } from './temp-dir.ts'
import { openTerminal, type Terminal, type TerminalSize } from './terminal.ts'

/** A `ctdbts watch` in a terminal. */
export interface WatchScreen extends Terminal {
  /** Of the program, not of a shell. */
  pid(): number
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
  const command = `echo before; sh -c 'echo $$ > ${pidFile}; exec ${program}'`
  const terminal = await openTerminal(command, surroundings(options), options.size ?? USUAL_SIZE)
  return {
    ...terminal,
    pid: () => Number(readFileSync(pidFile, 'utf8')),
    marks: async (what) => {
      await expect.poll(async () => reversed(await terminal.coloured()).join('\n'), { timeout: 10_000 }).toMatch(what)
    },
    [Symbol.asyncDispose]: async () => {
      await terminal[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** The command line of a watch, for a shell. */
export const watchCommand = (argv: string, { nodeFlags = '' }: WatchScreenOptions = {}): string =>
  `${process.execPath} ${nodeFlags} ${RUN_JS} watch ${argv}`

/** Neither a CI nor a locale of the machine where the tests run shall count. */
export const surroundings = ({ env = {} }: WatchScreenOptions = {}): Record<string, string> => ({
  CI: '',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  ...env,
})

/** What is shown in reverse, line by line. */
function reversed(coloured: string): string[] {
  let isReversed = false
  const marked = (line: string) =>
    line
      .split(/(?=\x1b\[[\d;]*m)/)
      .map((piece) => {
        const [, codes = undefined] = /^\x1b\[([\d;]*)m/.exec(piece) ?? []
        for (const code of codes?.split(';') ?? []) isReversed = code === '7' || (isReversed && !['', '0', '27'].includes(code))
        return isReversed ? stripVTControlCharacters(piece) : ''
      })
      .join('')
  return coloured.split('\n').map(marked)
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
