import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

interface Pending {
  readonly lines: string[]
  readonly reply: PromiseWithResolvers<string>
}

/**
 * A client of a tmux server in control mode. It sends commands through one process, so that a look at the screen does not start one, and
 * it is told when the screen changes.
 */
export class TmuxClient {
  private readonly client: ChildProcess
  /** Commands whose reply has not ended, oldest first: tmux replies in order. */
  private readonly pending: Pending[] = []
  /** The first reply belongs to the command that attached the client. */
  private readonly attached: Pending = { lines: [], reply: Promise.withResolvers() }
  private current: Pending | undefined
  private change = Promise.withResolvers<void>()
  /** The end of what was written to the screen. */
  private written = ''
  private readonly ended: Promise<unknown>

  /** Attaches to the only session of a server. */
  constructor(server: string) {
    this.pending.push(this.attached)
    // `ignore-size`: the terminal keeps the size with which it was opened.
    this.client = spawn('tmux', ['-L', server, '-C', 'attach', '-f', 'ignore-size'], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.ended = once(this.client, 'close')
    this.client.stdin?.on('error', () => {})
    if (this.client.stdout) createInterface({ input: this.client.stdout }).on('line', (line) => this.receive(line))
    this.client.once('close', () => {
      const error = new Error('the tmux server ended')
      for (const { reply } of this.pending.splice(0)) reply.reject(error)
      this.change.resolve()
    })
  }

  /**
   * Runs a command of tmux.
   * @param words of one line each.
   * @returns what it prints, without the last newline.
   */
  async run(...words: string[]): Promise<string> {
    const command: Pending = { lines: [], reply: Promise.withResolvers() }
    if (this.client.exitCode !== null) throw new Error('the tmux server ended')
    this.pending.push(command)
    this.client.stdin?.write(`${words.map(quoted).join(' ')}\n`)
    return await command.reply.promise
  }

  /** Waits until something has been written to the screen since the last call, or for some time. */
  async changed(limitMs: number): Promise<void> {
    const timeout = Promise.withResolvers<void>()
    const timer = setTimeout(timeout.resolve, limitMs)
    await Promise.race([this.change.promise, timeout.promise])
    clearTimeout(timer)
    this.change = Promise.withResolvers()
  }

  /** Whether a synchronized update has begun on the screen and not ended, so that a frame is half drawn. */
  get isMidFrame(): boolean {
    return this.written.lastIndexOf(BEGIN_UPDATE) > this.written.lastIndexOf(END_UPDATE)
  }

  /** Ends the server, and with it what runs in its terminal. */
  async killServer(): Promise<void> {
    await this.run('kill-server').catch(() => {})
    await this.ended
  }

  private receive(line: string): void {
    const [, mark] = /^%(begin|end|error|output|exit)\b/.exec(line) ?? []
    if (this.current && mark !== 'end' && mark !== 'error') this.current.lines.push(line)
    else if (mark === 'begin') this.current = this.pending.shift()
    else if (mark === 'output') {
      // A frame of many colours is shorter than this.
      this.written = (this.written + line.replace(/^%output %\d+ /, '')).slice(-100_000)
      this.change.resolve()
    } else if (mark === 'end' || mark === 'error') {
      const text = this.current?.lines.join('\n') ?? ''
      if (mark === 'end') this.current?.reply.resolve(text)
      else this.current?.reply.reject(new Error(text))
      this.current = undefined
    }
  }
}

/** The marks around a frame of ink, in the notation of tmux's control mode. */
const BEGIN_UPDATE = String.raw`\033[?2026h`
const END_UPDATE = String.raw`\033[?2026l`

/** As tmux's own command language wants it. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
