/**
 * Whether a version of CTDB, as `ctdb version` prints it (`4.17.12-Debian`), is this one or newer; undefined if it is not of that form.
 */
export function isAtLeast(version: string, major: number, minor: number): boolean | undefined {
  const match = /^(\d+)\.(\d+)/.exec(version)
  if (!match) return undefined
  const [own, ownMinor] = [Number(match[1]), Number(match[2])]
  return own > major || (own === major && ownMinor >= minor)
}
