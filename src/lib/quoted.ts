/** Whatever a reader cannot see: control and format characters, and blanks other than the usual one. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/** A text in quotes, with escapes for what cannot be seen in it: a byte order mark or a no-break space is often what is wrong. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(INVISIBLE, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
