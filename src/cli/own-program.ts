/** Words that a shell does not interpret, except for splitting at blanks. */
const HARMLESS = /^[A-Za-z0-9_./@%+,:=-]+$/

/**
 * The command for CTDB's scripts to call this program in place of `ctdb`: a value for their variable CTDB, which they split at blanks.
 * Undefined if the path has characters that a shell would interpret.
 */
export function ownProgram(): string | undefined {
  // The single executable is Node and program in one.
  const words = [...new Set([process.execPath, process.argv[1] ?? ''])]
  return words.every((word) => HARMLESS.test(word)) ? words.join(' ') : undefined
}
