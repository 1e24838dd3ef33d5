/** No line of CTDB is as long as this. What is longer is cut. */
const LONGEST_LINE = 65_536

/** Cuts text into lines, whatever the pieces in which it comes. A line of any length needs no more memory than the longest that is kept. */
export class Lines {
  private rest = ''
  private isCut = false
  /** How many lines were too long. */
  cut = 0

  /** Calls back for each complete line, without its end. */
  push(text: string, onLine: (line: string) => void): void {
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.complete(from === 0 || this.rest !== '' ? this.rest + text.slice(from, end) : text.slice(from, end), onLine)
      from = end + 1
    }
    const rest = text.slice(from)
    const isTooLong = this.rest.length + rest.length > LONGEST_LINE
    if (isTooLong && !this.isCut) {
      this.isCut = true
      this.cut += 1
    }
    this.rest = isTooLong ? (this.rest + rest.slice(0, LONGEST_LINE)).slice(0, LONGEST_LINE) : this.rest + rest
  }

  /** The last line, if it has no end. */
  end(onLine: (line: string) => void): void {
    if (this.rest !== '') this.complete(this.rest, onLine)
  }

  private complete(line: string, onLine: (line: string) => void): void {
    this.rest = ''
    const isLong = line.length > LONGEST_LINE
    if (isLong && !this.isCut) this.cut += 1
    this.isCut = false
    const kept = isLong ? line.slice(0, LONGEST_LINE) : line
    onLine(kept.charCodeAt(kept.length - 1) === 0x0d ? kept.slice(0, -1) : kept)
  }
}
