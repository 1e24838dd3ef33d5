/** Text in lines of at most this many characters where its words allow it, the first line after `first`, the others as far in. */
export function wrap(text: string, first = '', columns = 80): string {
  const indent = ' '.repeat(first.length)
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line].map((each) => `${each}\n`).join('')
}
