import type { RunningCommand } from '../running-command.ts'

/** What comes back; a shell there may have printed something of its own before. */
const LINE = /ctdbts-echo (\d+)$/

/**
 * A command on a host that sends back what it gets (`cat`), for as long as the connection: when a line comes back, sshd has dealt with all that was
 * sent before it.
 */
export class Echo {
  private readonly command: RunningCommand
  private readonly waiting = new Map<number, () => void>()
  private count = 0
  private isOver = false

  /** @param onEnd called when it ends by itself, as where no commands are allowed, or with the connection. */
  constructor(command: RunningCommand, onEnd: () => void) {
    this.command = command
    const { stream, stderr } = command
    let rest = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.cameBack(Number(LINE.exec(line)?.[1]))
    })
    stream.on('error', () => {})
    stream.once('close', () => {
      this.end()
      onEnd()
    })
    stderr.resume()
  }

  /** Waits for a line to come back, or for the end, which comes after all that was sent before as well. */
  roundTrip(): Promise<void> {
    if (this.isOver) return Promise.resolve()
    const number = ++this.count
    return new Promise((resolve) => {
      this.waiting.set(number, resolve)
      this.command.stream.write(`ctdbts-echo ${number}\n`)
    })
  }

  private cameBack(number: number): void {
    this.waiting.get(number)?.()
    this.waiting.delete(number)
  }

  private end(): void {
    this.isOver = true
    for (const resolve of this.waiting.values()) resolve()
    this.waiting.clear()
  }
}
