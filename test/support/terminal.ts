import { spawnSync } from 'node:child_process'
import { execa } from 'execa'
import { expect } from 'vitest'

/** Whether tmux is there; a test that needs a real terminal is skipped without it, and says so. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) process.stderr.write('\nThe tests in a real terminal are SKIPPED: there is no tmux (apt-get install tmux)\n')

/** A program in a terminal of its own. */
export interface Terminal extends AsyncDisposable {
  /** Waits until the screen shows this, and returns it. */
  shows(what: string | RegExp): Promise<string>
  /** Presses keys, in tmux's names: `y`, `Enter`, `C-c`. */
  press(...keys: string[]): Promise<void>
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
  const screen = async () => (await tmux('capture-pane', '-p')).stdout
  return {
    async shows(what) {
      const seen = typeof what === 'string' ? (text: string) => text.includes(what) : (text: string) => what.test(text)
      await expect.poll(async () => seen(await screen()) || (await screen()), { timeout: 10_000 }).toBe(true)
      return await screen()
    },
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    type: async (text) => void (await tmux('send-keys', '-l', text)),
    paste: async (text) => {
      await tmux('set-buffer', '--', text)
      await tmux('paste-buffer', '-p')
    },
    screen,
    coloured: async () => (await tmux('capture-pane', '-p', '-e')).stdout,
    resize: async (width, height) => void (await tmux('resize-window', '-x', String(width), '-y', String(height))),
    asks: async (format) => (await tmux('display-message', '-p', format)).stdout,
    [Symbol.asyncDispose]: async () => void (await tmux('kill-server').catch(() => {})),
  }
}
