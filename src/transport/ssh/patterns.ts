/** Whether a text matches an OpenSSH pattern: `*` is any characters, `?` is exactly one. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Not a regular expression: with many `*` one would take exponential time.
  let [at, from] = [0, 0]
  let [star, resume] = [-1, 0]
  while (from < text.length) {
    if (pattern[at] === '*') {
      star = at++
      resume = from
    } else if (pattern[at] === '?' || pattern[at] === text[from]) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}

/** Whether one of the patterns matches, and none of those that begin with `!` does. */
export function matchesList(patterns: readonly string[], text: string): boolean {
  const refused = patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), text))
  return !refused && patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, text))
}
