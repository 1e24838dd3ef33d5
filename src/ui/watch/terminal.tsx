import { type Instance, render } from 'ink'
import { dropCursorNoise } from './cursor-noise.ts'
import { type Frames, framesOf } from './frames.ts'
import { type Pressed, pastedText } from './key-names.ts'
import type { Effect, Message, Model } from './model.ts'
import { stopProcess } from './stop-process.ts'
import { settleSize } from './terminal-size.ts'
import type { Theme } from './theme.ts'
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
  readonly theme: Theme
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

/**
 * Takes over the terminal until it is closed: keys, pasted text, the size and the passing of time become messages, models become
 * frames. Whatever ends it, the terminal is given back: `close`, an exception, a signal without a handler, `process.exit`.
 */
export const openTerminal = (options: TerminalOptions): Terminal => new InkTerminal(options)

const TICK_MS = 1000
/** Top left, all empty. */
const CLEAR_SCREEN = '\x1b[H\x1b[2J'

class InkTerminal implements Terminal {
  readonly closed: Promise<void>
  private readonly options: TerminalOptions
  private readonly controls: Controls
  private readonly frames: Frames
  /** Not there before the first frame is drawn, which may be when it ends already. */
  private ink: Instance | undefined
  private readonly ticks: NodeJS.Timeout
  private current: Model
  private isOpen = true
  private isSuspended = false
  private failure: unknown

  constructor(options: TerminalOptions) {
    this.options = options
    this.current = options.first
    this.controls = { onKeys: this.takeKeys, onPaste: this.takePaste, onError: this.end, suspendTerminal: undefined }
    this.frames = framesOf(this.draw)
    settleSize(options.stdout, process.env)
    dropCursorNoise(process.stderr)
    // Before Ink, which would draw what was made for the old size.
    this.listen('on')
    this.ticks = setInterval(() => this.dispatch({ kind: 'ticked', nowMs: Date.now() }), TICK_MS)
    const ink = render(this.root(), {
      stdin: options.stdin,
      stdout: options.stdout,
      alternateScreen: true,
      incrementalRendering: true,
      patchConsole: true,
      exitOnCtrlC: false,
      // Ink's own answer would be no wherever a variable says CI; who opens a terminal has asked for it.
      interactive: true,
      maxFps: 60,
    })
    this.ink = ink
    if (!this.isOpen) ink.unmount()
    this.closed = this.untilClosed(ink)
    // Whoever wants to know awaits it.
    this.closed.catch(() => {})
    this.takeSize()
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
    await this.awayFor(stopProcess)
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

  private readonly takeKeys = (keys: readonly Pressed[]): void => {
    for (const { key, isText } of keys) {
      this.dispatch(isText && this.current.overlay?.kind === 'input' ? { kind: 'typed', text: key } : { kind: 'key', key })
    }
  }

  /** What is pasted is never taken for keys: it might do anything. */
  private readonly takePaste = (text: string): void => {
    if (this.current.overlay?.kind === 'input') this.dispatch({ kind: 'typed', text: pastedText(text) })
  }

  private readonly takeSize = (): void => {
    const { stdout } = this.options
    settleSize(stdout, process.env)
    const { columns, rows } = stdout
    this.dispatch({ kind: 'resized', columns, rows })
    this.frames.now()
  }

  private root() {
    return <Root model={this.current} theme={this.options.theme} controls={this.controls} />
  }

  /** Never once it has ended: that would take over the terminal anew. */
  private readonly draw = (): void => {
    if (this.isOpen) this.ink?.rerender(this.root())
  }

  private redraw(): void {
    this.ink?.clear()
    this.options.stdout.write(CLEAR_SCREEN)
    this.frames.now()
  }

  /** Gives the terminal back, does something, and takes it over again. */
  private async awayFor(work: () => void | Promise<void>): Promise<void> {
    if (!this.isOpen || this.isSuspended || !this.controls.suspendTerminal) return
    this.isSuspended = true
    try {
      await this.controls.suspendTerminal(work)
    } catch (error) {
      this.end(error)
    } finally {
      this.isSuspended = false
    }
    this.takeSize()
  }

  private readonly onStop = (): void => void this.suspend()
  /** Whoever stopped us without asking (SIGSTOP) may have had the terminal meanwhile. */
  private readonly onContinue = (): void => void this.awayFor(() => {})
  private readonly onLost = (): void => this.end(undefined)

  /** Ends it, with what went wrong, if anything did; the first end counts. */
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
    stdin[how]('end', this.onLost)
    stdin[how]('error', this.onLost)
    stdout[how]('error', this.onLost)
    stdout[how]('resize', this.takeSize)
  }
}
