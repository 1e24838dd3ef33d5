import { type Instance, render } from 'ink'
import { framesOf } from './frames.ts'
import { type Pressed, pastedText } from './key-names.ts'
import type { Effect, Message, Model } from './model.ts'
import { stopProcess } from './stop-process.ts'
import { type Controls, Root } from './views/root.tsx'

/** What a terminal UI is opened with. */
export interface TerminalOptions {
  readonly first: Model
  readonly update: (model: Model, message: Message) => { readonly model: Model; readonly effects: readonly Effect[] }
  /** What the model wants of the world; `suspend` and `redraw` are done here, and do not come. */
  readonly onEffect: (effect: Effect, model: Model) => void
  /** Both are terminals. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly isColoured: boolean
  /** Nothing but ASCII is drawn. */
  readonly ascii: boolean
}

/** A terminal UI on the alternate screen. */
export interface Terminal {
  /** As it is now. */
  readonly model: Model
  /** Something happened. It is seen at once in the model, and in a moment on the screen. */
  dispatch(message: Message): void
  /** Leaves the screen, stops the process as Ctrl-Z does, and comes back when it goes on. */
  suspend(): Promise<void>
  /** Gives the terminal back as it was. */
  close(): Promise<void>
  /** Settles when the terminal has been given back: rejects with what went wrong in here, or with an exception that nobody caught. */
  readonly closed: Promise<void>
}

const TICK_MS = 1000
/** Top left, all empty. */
const CLEAR_SCREEN = '\x1b[H\x1b[2J'

/**
 * Takes over the terminal until it is closed: keys, pasted text, the size and the passing of time become messages, models become
 * frames. Whatever ends it, the terminal is given back: `close`, an exception, a signal without a handler, `process.exit`.
 */
export function openTerminal({ first, update, onEffect, stdin, stdout, isColoured, ascii }: TerminalOptions): Terminal {
  const theme = { isColoured, ascii }
  const controls: Controls = { onKeys: takeKeys, onPaste: takePaste, suspendTerminal: undefined }
  let model = first
  let isOpen = true
  let isSuspended = false
  let instance: Instance | undefined
  let failure: unknown

  const root = () => <Root model={model} theme={theme} controls={controls} />
  const frames = framesOf(() => instance?.rerender(root()))

  function dispatch(message: Message): void {
    if (!isOpen) return
    try {
      const next = update(model, message)
      if (next.model !== model) frames.request()
      model = next.model
      for (const effect of next.effects) carryOut(effect)
    } catch (error) {
      end(error)
    }
  }

  function carryOut(effect: Effect): void {
    if (effect.kind === 'redraw') redraw()
    else if (effect.kind === 'suspend') void suspend()
    else onEffect(effect, model)
  }

  function takeKeys(keys: readonly Pressed[]): void {
    for (const { key, isText } of keys) {
      dispatch(isText && model.overlay?.kind === 'input' ? { kind: 'typed', text: key } : { kind: 'key', key })
    }
  }

  /** What is pasted is never taken for keys: it might do anything. */
  function takePaste(text: string): void {
    if (model.overlay?.kind === 'input') dispatch({ kind: 'typed', text: pastedText(text) })
  }

  function takeSize(): void {
    dispatch({ kind: 'resized', columns: stdout.columns, rows: stdout.rows })
    // Before Ink, which hears of it next, draws what was made for the old size.
    if (isOpen) frames.now()
  }

  function redraw(): void {
    instance?.clear()
    stdout.write(CLEAR_SCREEN)
    frames.now()
  }

  async function away(work: () => void | Promise<void>): Promise<void> {
    if (!isOpen || isSuspended || !controls.suspendTerminal) return
    isSuspended = true
    try {
      await controls.suspendTerminal(work)
    } finally {
      isSuspended = false
    }
    takeSize()
  }

  async function suspend(): Promise<void> {
    process.off('SIGTSTP', onStop)
    await away(stopProcess)
    if (isOpen) process.on('SIGTSTP', onStop)
  }

  const onStop = () => void suspend()
  /** Whoever stopped us without asking (SIGSTOP) may have had the terminal meanwhile. */
  const onContinue = () => void away(() => {})
  const onUncaught = (error: unknown) => end(error)
  const onLost = () => end(undefined)

  /** Ends it; the first reason counts. */
  function end(reason: unknown): void {
    if (!isOpen) return
    isOpen = false
    failure = reason
    instance?.unmount()
  }

  process.on('SIGTSTP', onStop).on('SIGCONT', onContinue)
  process.on('uncaughtException', onUncaught).on('unhandledRejection', onUncaught)
  stdin.on('end', onLost).on('error', onLost)
  stdout.on('error', onLost).on('resize', takeSize)
  instance = render(root(), {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    patchConsole: true,
    exitOnCtrlC: false,
    // Ink's own answer would be no wherever a variable says CI; who opens a terminal has asked for it.
    interactive: true,
    maxFps: 60,
  })
  takeSize()
  const ticks = setInterval(() => dispatch({ kind: 'ticked', nowMs: Date.now() }), TICK_MS)

  async function untilClosed(ink: Instance): Promise<void> {
    try {
      await ink.waitUntilExit()
    } catch (error) {
      failure ??= error
    }
    isOpen = false
    frames.end()
    clearInterval(ticks)
    process.off('SIGTSTP', onStop).off('SIGCONT', onContinue)
    process.off('uncaughtException', onUncaught).off('unhandledRejection', onUncaught)
    stdin.off('end', onLost).off('error', onLost)
    stdout.off('error', onLost).off('resize', takeSize)
    if (failure !== undefined) throw failure
  }

  const closed = untilClosed(instance)
  // Whoever wants to know awaits it.
  closed.catch(() => {})
  return {
    get model() {
      return model
    },
    dispatch,
    suspend,
    close: async () => {
      end(undefined)
      await closed.catch(() => {})
    },
    closed,
  }
}
