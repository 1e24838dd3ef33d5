import { type Instance, render } from 'ink'
import type { Theme } from '../draw/theme.ts'
import type { Effect, Message, Model } from '../model/model.ts'
import { type FrameScheduler, frameScheduler } from './frame-scheduler.ts'
import { type Pressed, pastedText } from './key-names.ts'
import { type Controls, Root } from './root.tsx'
import { dropExitSequence } from './stderr-filter.ts'
import { stopProcess } from './stop-process.ts'
import { ensureSize } from './terminal-size.ts'

/** Options of a terminal UI. */
export interface TerminalOptions {
  readonly first: Model
  readonly update: (model: Model, message: Message) => { readonly model: Model; readonly effects: readonly Effect[] }
  /** Carries out an effect of the reducer, except `suspend` and `redraw`, which are carried out here. */
  readonly onEffect: (effect: Effect, model: Model) => void
  /** Both are terminals. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly theme: Theme
}

/** A terminal UI on the alternate screen. */
export interface Terminal {
  /** The current model. */
  readonly model: Model
  /** Applies a message: to the model at once, to the screen with the next frame. */
  dispatch(message: Message): void
  /** Leaves the screen, stops the process as Ctrl-Z does, and returns to the screen when it continues. */
  suspend(): Promise<void>
  /** Restores the terminal. */
  close(): Promise<void>
  /** Settles when the terminal is restored. Rejects with an error in here, or with an uncaught exception. */
  readonly closed: Promise<void>
}

/**
 * Takes over the terminal until it is closed: keys, pasted text, changes of the size and of the time become messages, models become
 * frames. The terminal is restored however this ends: by `close`, an exception, a signal without a handler, or `process.exit`.
 */
export const openTerminal = (options: TerminalOptions): Terminal => new InkTerminal(options)

const TICK_MS = 1000
/** Top left, all empty. */
const CLEAR_SCREEN = '\x1b[H\x1b[2J'

class InkTerminal implements Terminal {
  readonly closed: Promise<void>
  private readonly options: TerminalOptions
  private readonly controls: Controls
  private readonly frames: FrameScheduler
  /** Undefined until the first frame is drawn; an error in that frame can end everything before. */
  private ink: Instance | undefined
  private readonly ticks: NodeJS.Timeout
  private current: Model
  private isOpen = true
  private isSuspended = false
  private failure: unknown

  constructor(options: TerminalOptions) {
    this.options = options
    this.current = options.first
    this.controls = { onKeys: this.handleKeys, onPaste: this.handlePaste, onError: this.end, suspendTerminal: undefined }
    this.frames = frameScheduler(this.draw)
    ensureSize(options.stdout, process.env)
    dropExitSequence(process.stderr)
    // Before Ink listens, which would redraw a frame of the old size.
    this.listen('on')
    this.ticks = setInterval(() => this.dispatch({ kind: 'ticked', nowMs: Date.now() }), TICK_MS)
    const ink = render(this.root(), {
      stdin: options.stdin,
      stdout: options.stdout,
      alternateScreen: true,
      incrementalRendering: true,
      patchConsole: true,
      exitOnCtrlC: false,
      // Ink would decide by the variable CI. Whoever opens a terminal has decided already.
      interactive: true,
      maxFps: 60,
    })
    this.ink = ink
    if (!this.isOpen) ink.unmount()
    this.closed = this.untilClosed(ink)
    // The caller need not await it.
    this.closed.catch(() => {})
    this.readSize()
  }

  get model(): Model {
    return this.current
  }

  dispatch(message: Message): void {
    if (!this.isOpen) return
    try {
      const { model, effects } = this.options.update(this.current, message)
      if (model !== this.current) this.frames.request()
      this.current = model
      for (const effect of effects) this.carryOut(effect)
    } catch (error) {
      this.end(error)
    }
  }

  async suspend(): Promise<void> {
    process.off('SIGTSTP', this.onStop)
    await this.releasedFor(stopProcess)
    if (this.isOpen) process.on('SIGTSTP', this.onStop)
  }

  async close(): Promise<void> {
    this.end(undefined)
    await this.closed.catch(() => {})
  }

  private carryOut(effect: Effect): void {
    if (effect.kind === 'redraw') this.redraw()
    else if (effect.kind === 'suspend') this.onStop()
    else this.options.onEffect(effect, this.current)
  }

  private readonly handleKeys = (keys: readonly Pressed[]): void => {
    for (const { key, isText } of keys) {
      this.dispatch(isText && this.current.overlay?.kind === 'input' ? { kind: 'typed', text: key } : { kind: 'key', key })
    }
  }

  /** Pasted text is never read as keys, which could do anything. */
  private readonly handlePaste = (text: string): void => {
    if (this.current.overlay?.kind === 'input') this.dispatch({ kind: 'typed', text: pastedText(text) })
  }

  private readonly readSize = (): void => {
    const { stdout } = this.options
    ensureSize(stdout, process.env)
    const { columns, rows } = stdout
    this.dispatch({ kind: 'resized', columns, rows })
    this.frames.now()
  }

  private root() {
    return <Root model={this.current} theme={this.options.theme} controls={this.controls} />
  }

  /** Draws nothing after the end, as that would take over the terminal again. */
  private readonly draw = (): void => {
    if (this.isOpen) this.ink?.rerender(this.root())
  }

  private redraw(): void {
    this.ink?.clear()
    this.options.stdout.write(CLEAR_SCREEN)
    this.frames.now()
  }

  /** Restores the terminal while `work` runs, and takes it over again. */
  private async releasedFor(work: () => void | Promise<void>): Promise<void> {
    if (!this.isOpen || this.isSuspended || !this.controls.suspendTerminal) return
    this.isSuspended = true
    try {
      await this.controls.suspendTerminal(work)
    } catch (error) {
      this.end(error)
    } finally {
      this.isSuspended = false
    }
    this.readSize()
  }

  private readonly onStop = (): void => void this.suspend()
  /** After a SIGSTOP, which cannot be caught, another program may have used the terminal. */
  private readonly onContinue = (): void => void this.releasedFor(() => {})
  private readonly onTerminalLost = (): void => this.end(undefined)

  /** Ends everything, with the failure if there is one. Only the first call counts. */
  private readonly end = (failure: unknown): void => {
    if (!this.isOpen) return
    this.isOpen = false
    this.failure = failure
    this.frames.end()
    clearInterval(this.ticks)
    this.ink?.unmount()
  }

  private async untilClosed(ink: Instance): Promise<void> {
    try {
      await ink.waitUntilExit()
    } finally {
      this.end(undefined)
      this.listen('off')
    }
    if (this.failure !== undefined) throw this.failure
  }

  private listen(how: 'on' | 'off'): void {
    const { stdin, stdout } = this.options
    process[how]('SIGTSTP', this.onStop)
    process[how]('SIGCONT', this.onContinue)
    process[how]('uncaughtException', this.end)
    process[how]('unhandledRejection', this.end)
    stdin[how]('end', this.onTerminalLost)
    stdin[how]('error', this.onTerminalLost)
    stdout[how]('error', this.onTerminalLost)
    stdout[how]('resize', this.readSize)
  }
}
