/**
 * Characters that a terminal could act on, that change what it shows, or that nobody sees: control and format characters (bidirectional
 * overrides and the byte order mark among them), line separators, and blanks other than the usual one. Joiners are part of some scripts.
 */
const unsafe = (): RegExp => (unsafeCharacters ??= /(?![ \u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}]/gu)
let unsafeCharacters: RegExp | undefined

/** Text from a node, made harmless for a terminal: `\x1b` and its like are shown as such. Newlines too: a name has none. */
export function visible(text: string): string {
  // Of plain text, as most is, the tables of Unicode need not be loaded.
  if (/^[ -~]*$/.test(text)) return text
  return text.replace(unsafe(), (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** The same for text of several lines, which keeps its line breaks and tabs. */
export const visibleLines = (text: string): string => text.replace(/[^\n\t]+/g, visible)
