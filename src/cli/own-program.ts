/** Words that a shell cuts apart, but does nothing else with. */
const HARMLESS = /^[A-Za-z0-9_./@%+,:=-]+$/

/**
 * How CTDB's scripts can call this program in place of `ctdb`: for their variable CTDB, which they cut at blanks. Undefined where its
 * path has characters that would make that something else.
 */
export function ownProgram(): string | undefined {
  const words = [process.execPath, process.argv[1] ?? '']
  return words.every((word) => HARMLESS.test(word)) ? words.join(' ') : undefined
}
