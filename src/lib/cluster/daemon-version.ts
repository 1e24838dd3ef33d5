/** Samba's version as its programs have it: `4.17.12-Debian`, `4.25.0pre1-GIT-0123abc`. */
const VERSION = /(?<=\0)\d{1,3}\.\d{1,3}\.\d{1,3}(?:(?:pre|rc)\d{1,3})?(?:-[!-~]{1,64})?(?=\0)/g

/**
 * The version of CTDB that the program file of `ctdbd` names in the log line of its start: the only text in it that is a version and nothing else.
 * Undefined if there is none, or more than one.
 */
export function daemonVersionIn(program: Uint8Array): string | undefined {
  const found = new Set(Buffer.from(program.buffer, program.byteOffset, program.length).toString('latin1').match(VERSION))
  return found.size === 1 ? [...found][0] : undefined
}
