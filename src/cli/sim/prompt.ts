import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'

export interface PromptOptions {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly complete: (line: string) => readonly [candidates: string[], word: string]
  readonly line: (line: string) => void
  readonly interrupted: () => void
}

/** Reads lines. At a terminal it has a prompt, history and completion, and stays below what is printed meanwhile. */
export class Prompt {
  private readonly reader: Interface
  private readonly output: NodeJS.WriteStream
  private readonly isTerminal: boolean
  private isOpen = true

  constructor({ input, output, complete, line, interrupted }: PromptOptions) {
    this.output = output
    this.isTerminal = input.isTTY === true && output.isTTY === true && process.env.TERM !== 'dumb'
    this.reader = createInterface(
      this.isTerminal
        ? { input, output, prompt: 'sim> ', completer: (text: string) => complete(text) as [string[], string] }
        : { input },
    )
    this.reader.on('line', (text) => {
      line(text)
      this.show()
    })
    this.reader.on('SIGINT', interrupted)
    // After Ctrl-Z and fg, readline continues to read only when asked to.
    this.reader.on('SIGCONT', () => this.show())
    // Ctrl-D at a terminal quits; the end of a pipe only means that no more commands follow.
    this.reader.on('close', () => {
      this.isOpen = false
      if (this.isTerminal) interrupted()
    })
    this.show()
  }

  /** Prints above the line that is being typed. */
  print(text: string): void {
    this.clearInput()
    this.output.write(text)
    this.show()
  }

  close(): void {
    this.isOpen = false
    this.reader.removeAllListeners('close')
    this.clearInput()
    this.reader.close()
  }

  /** The typed line can take several rows. */
  private clearInput(): void {
    if (!this.isTerminal) return
    moveCursor(this.output, 0, -this.reader.getCursorPos().rows)
    cursorTo(this.output, 0)
    clearScreenDown(this.output)
  }

  private show(): void {
    if (this.isTerminal && this.isOpen) this.reader.prompt(true)
  }
}
