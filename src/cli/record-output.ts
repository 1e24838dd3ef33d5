import { visible } from '../ui/visible.ts'

/**
 * A value of a record as C prints a text: up to the first NUL. On a terminal, characters that it could act on are shown as such; a script
 * gets the bytes.
 */
export function recordOutput(before: string, value: Uint8Array, behind: string): Uint8Array | string {
  const end = value.indexOf(0)
  const text = Buffer.from(end === -1 ? value : value.subarray(0, end))
  if (process.stdout.isTTY) return `${before}${visible(text.toString())}${behind}`
  return Buffer.concat([Buffer.from(before), text, Buffer.from(behind)])
}
