/**
 * A text without these characters at its end. For texts from elsewhere: a regular expression such as `/ +$/` tries every blank of a long run
 * in the middle as a beginning, which takes time that grows with the square of its length.
 */
export function trimmedEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
