import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Damage } from '../../../lib/damaged-file.ts'
import { findTdbDamage } from '../../../lib/tdb/damage.ts'

/** The first damage in a TDB file on this machine; undefined if none is found, or the file cannot be read. */
export function damageInFile(path: string): Damage | undefined {
  const first = look(path)
  // What others are writing at this moment is not damage.
  return first && isDeepStrictEqual(first, look(path)) ? first : undefined
}

function look(path: string): Damage | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
    }
    return findTdbDamage(read, fstatSync(file).size)
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}
