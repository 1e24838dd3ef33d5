const NEWLINE = 0x0a
/** Of a line that is too long, so much is kept: enough to see that it is none. */
const CUT_LENGTH = 100

/** A line, and where it is among the bytes. */
export interface PlacedLine {
  /** Without its end. */
  readonly text: string
  readonly offset: number
  /** In bytes. */
  readonly length: number
}

/** Cuts bytes into lines of UTF-8, whatever the pieces in which they come. Of a line that is longer than `longest` bytes, only the beginning is kept. */
export class ByteLines {
  private readonly longest: number
  private readonly decoder = new TextDecoder()
  private parts: Uint8Array[] = []
  private partsLength = 0
  /** Of the line that has begun. */
  private offset = 0

  constructor(longest: number) {
    this.longest = longest
  }

  /** The lines that end in this piece. */
  push(chunk: Uint8Array): PlacedLine[] {
    const lines: PlacedLine[] = []
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.keep(chunk.subarray(from, end))
      lines.push(this.line())
      this.offset += 1
      from = end + 1
    }
    this.keep(chunk.subarray(from))
    return lines
  }

  /** The last line, if it has no end. */
  end(): readonly PlacedLine[] {
    return this.partsLength > 0 ? [this.line()] : []
  }

  private keep(part: Uint8Array): void {
    if (part.length === 0) return
    this.partsLength += part.length
    if (this.partsLength <= this.longest) this.parts.push(part)
    else this.parts = [(this.parts[0] ?? part).subarray(0, CUT_LENGTH)]
  }

  private line(): PlacedLine {
    const { parts, offset, partsLength: length } = this
    const [first = new Uint8Array()] = parts
    const text = this.decoder.decode(parts.length > 1 ? joined(parts) : first)
    this.parts = []
    this.partsLength = 0
    this.offset += length
    return { text, offset, length }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
