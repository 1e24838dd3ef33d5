// How a node's answer is cut into sections. A marker is a line of its own that begins with a random word, so that nothing that is printed in
// between can be taken for one:
//
//   NONCE begin NAME LIMIT    then the content, exactly, as far as LIMIT bytes allow
//   NONCE said NAME 0         then the end of what was said about errors
//   NONCE end NAME STATUS     with the exit status
//
// Before each marker comes a newline that belongs to it. What stands outside of sections does not count: shells may greet.

/** One thing that a node was asked about itself. */
export interface Section {
  readonly content: Uint8Array
  /** 127 where there is no such program. */
  readonly status: number
  /** The end of what was said about errors. */
  readonly said: string
  /** There was more of it than is passed on. */
  readonly truncated: boolean
}

/** A section as it is to be printed. */
export interface PrintedSection {
  readonly name: string
  readonly content: string | Uint8Array
  /** 0 unless given. */
  readonly status?: number
  readonly said?: string
}

/** Prints sections as the script does. */
export function renderSections(nonce: string, sections: readonly PrintedSection[]): Buffer {
  const parts = sections.flatMap(({ name, content, status = 0, said = '' }) => {
    const bytes = Buffer.from(content)
    const begin = `\n${nonce} begin ${name} ${bytes.length + 1}\n`
    return [Buffer.from(begin), bytes, Buffer.from(`\n${nonce} said ${name} 0\n${said}\n${nonce} end ${name} ${status}\n`)]
  })
  return Buffer.concat(parts)
}

/**
 * Reads sections, whatever the bytes are. What is not whole is not there, and neither is what comes twice: which of them is true cannot
 * be known.
 * @param nonce hex digits.
 */
export function parseSections(output: Uint8Array, nonce: string): Map<string, Section> {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  // A character per byte, so that positions in the text are positions in the bytes.
  const markers = [...bytes.toString('latin1').matchAll(markerOf(nonce))]
  const found = new Map<string, Section>()
  const repeated = new Set<string>()
  markers.forEach((begin, index) => {
    const [, kind, name = '', limit] = begin
    if (kind !== 'begin') return
    if (found.has(name)) repeated.add(name)
    const [said, end] = [markers[index + 1], markers[index + 2]]
    if (said?.[1] !== 'said' || said[2] !== name || end?.[1] !== 'end' || end[2] !== name) return
    const content = bytes.subarray(begin.index + begin[0].length, said.index)
    found.set(name, {
      content,
      status: Number(end[3]),
      said: bytes.toString('utf8', said.index + said[0].length, end.index),
      truncated: content.length >= Number(limit),
    })
  })
  for (const name of repeated) found.delete(name)
  return found
}

const markerOf = (nonce: string): RegExp => new RegExp(`\\n${nonce} (begin|said|end) ([a-z0-9]{1,20}) (\\d{1,9})\\n`, 'g')
