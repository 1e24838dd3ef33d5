import type { InitialModelOptions } from '../../ui/watch/model/initial-model.ts'
import type { Message } from '../../ui/watch/model/model.ts'
import type { Terminal, TerminalOptions } from '../../ui/watch/terminal/terminal.tsx'
import type { WatchOptions } from './settings.ts'
import { themeOf } from './terminal-kind.ts'

/** What a screen shows first, and what carries out its effects. */
interface ScreenOptions extends Pick<TerminalOptions, 'onEffect'> {
  readonly beginning: Omit<InitialModelOptions, 'size' | 'nowMs'>
  /** What has happened before. */
  readonly messages?: readonly Message[]
}

/** Opens the screen of a watch on this process's terminal. */
export async function openScreen(
  options: WatchOptions,
  { beginning, messages = [], onEffect }: ScreenOptions,
): Promise<Terminal> {
  // Loaded here, as only the screen needs it.
  const { initialModel, openTerminal, ensureSize, update } = await import('../../ui/watch/terminal-ui.ts')
  const { stdin, stdout, env } = process
  ensureSize(stdout, env)
  const { columns, rows } = stdout
  const empty = initialModel({ ...beginning, size: { columns, rows }, nowMs: Date.now() })
  const first = messages.reduce((model, message) => update(model, message).model, empty)
  return openTerminal({ first, update, onEffect, stdin, stdout, theme: themeOf(options, stdout, env) })
}
