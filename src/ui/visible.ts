/** Control characters, C1 and bidirectional overrides included: what could make a terminal do something, or show something else. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** Text from a node, made harmless for a terminal: `\x1b` and its like are shown as such. Newlines too: a name has none. */
export const visible = (text: string): string =>
  text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })

/** The same for text of several lines, which keeps its line breaks and tabs. */
export const visibleLines = (text: string): string => text.replace(/[^\n\t]+/g, visible)
