import { spawnSync } from 'node:child_process'
import { execa } from 'execa'
import { expect } from 'vitest'
import { TmuxClient } from './tmux.ts'

/** Whether tmux is there; a test that needs a real terminal is skipped without it, and says so. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) process.stderr.write('\nThe tests in a real terminal are SKIPPED: there is no tmux (apt-get install tmux)\n')

/** A program in a terminal of its own. */
export interface Terminal extends AsyncDisposable {
  /** Waits until the screen shows this, and returns it. */
  shows(what: string | RegExp): Promise<string>
  /** Waits until a condition holds for the screen with its escape sequences, and returns it. */
  showsColoured(holds: (coloured: string) => boolean): Promise<string>
  /** Presses keys, in tmux's names: `y`, `Enter`, `C-c`. */
  press(...keys: string[]): Promise<void>
  /** Presses a key, again and again, until the screen shows this. */
  pressUntil(key: string, what: string): Promise<void>
  /** Types a text, letter by letter. */
  type(text: string): Promise<void>
  /** Pastes a text, as a terminal that knows bracketed paste does. */
  paste(text: string): Promise<void>
  /** What it shows now. */
  screen(): Promise<string>
  /** The screen with its escape sequences. */
  coloured(): Promise<string>
  resize(columns: number, rows: number): Promise<void>
  /** What tmux knows of the terminal: `#{alternate_on}`, `#{cursor_flag}`. */
  asks(format: string): Promise<string>
}

/** In columns and lines. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

const SIZE: TerminalSize = { columns: 120, rows: 50 }

/** When what is awaited is not on the screen after this time, the test has failed. */
const LIMIT_MS = 30_000
/** Also looks again after this time when nothing was written, as a resize or a title writes nothing. */
const RECHECK_MS = 250
/** What is written without marks around it is complete when nothing follows for this time. */
const SETTLE_MS = 30

let terminals = 0

/** Runs a shell command in a terminal; when it is done the screen stays, with its exit status at the end. */
export async function openTerminal(
  command: string,
  env: Record<string, string> = {},
  { columns, rows }: TerminalSize = SIZE,
): Promise<Terminal> {
  terminals += 1
  const server = `ctdbts-test-${process.pid}-${terminals}`
  const tmux = (...argv: string[]) => execa('tmux', ['-L', server, '-f', '/dev/null', ...argv])
  const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
  // The tests themselves may run without colours; the terminal decides for itself.
  const script = `unset NO_COLOR; ${env.NO_COLOR ? 'export NO_COLOR=1;' : ''} ${command}; echo "status $?"; sleep 60`
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), ...settings, script)
  const client = new TmuxClient(server)
  const screen = async () => await client.run('capture-pane', '-p')
  const coloured = async () => await client.run('capture-pane', '-p', '-e')
  /** Waits until the terminal satisfies a condition in two looks in a row, so that no frame is half drawn, and returns what they saw. */
  const until = async (look: () => Promise<string>, holds: (seen: string) => boolean): Promise<string> => {
    const deadline = performance.now() + LIMIT_MS
    for (let last: string | undefined; ; ) {
      const seen = await look()
      const isDone = holds(seen)
      if ((isDone && seen === last && !client.isMidFrame) || performance.now() > deadline) {
        expect(isDone || seen).toBe(true)
        return seen
      }
      last = seen
      await client.changed(isDone ? SETTLE_MS : RECHECK_MS)
    }
  }
  const press = async (...keys: string[]) => void (await client.run('send-keys', ...keys))
  return {
    shows: (what) => until(screen, (text) => (typeof what === 'string' ? text.includes(what) : what.test(text))),
    showsColoured: (holds) => until(coloured, holds),
    press,
    pressUntil: async (key, what) => {
      const deadline = performance.now() + LIMIT_MS
      for (let seen = ''; !seen.includes(what); seen = await screen()) {
        expect(performance.now() > deadline && seen).toBe(false)
        await press(key)
        await client.changed(RECHECK_MS)
      }
    },
    type: async (text) => void (await client.run('send-keys', '-l', text)),
    // A text may have several lines, a command of the client has one.
    paste: async (text) => {
      await tmux('set-buffer', '--', text)
      await tmux('paste-buffer', '-p')
    },
    screen,
    coloured,
    resize: async (width, height) => void (await client.run('resize-window', '-x', String(width), '-y', String(height))),
    asks: async (format) => await client.run('display-message', '-p', format),
    [Symbol.asyncDispose]: async () => await client.killServer(),
  }
}
