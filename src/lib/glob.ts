/** Whether a text matches a pattern of a shell as a whole: `*` stands for anything, `?` for one character, all else for itself. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [wanted, given] = [[...pattern], [...text]]
  let at = 0
  let index = 0
  /** Where to go on if what follows the last `*` does not match: that stands for one character more. */
  let retry: { at: number; index: number } | undefined
  while (index < given.length) {
    if (wanted[at] === '*') {
      at += 1
      retry = { at, index }
    } else if (wanted[at] === '?' || wanted[at] === given[index]) {
      at += 1
      index += 1
    } else if (retry) {
      retry.index += 1
      at = retry.at
      index = retry.index
    } else return false
  }
  return wanted.slice(at).every((char) => char === '*')
}
