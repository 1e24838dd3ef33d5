import { hex32 } from '../hex32.ts'

/** A file on a node: device, inode and a number that file systems without both use. */
const FILE_ID_BYTES = 24
const ID_BYTES = 4

/** Samba's databases about files, and those whose records have a number. */
const FILES = new Set(['locking.tdb', 'brlock.tdb'])
const NUMBERED = new Map([
  ['smbXsrv_session_global.tdb', 'session'],
  ['smbXsrv_tcon_global.tdb', 'tree connect'],
  ['smbXsrv_open_global.tdb', 'open'],
])

/** Control characters, what nobody sees, and line separators; also what stands for invalid UTF-8. */
const UNREADABLE = /[\p{C}\p{Zl}\p{Zp}\ufffd]/u

/**
 * A key as people can read it: for Samba's databases what it stands for, else its text, without the NUL at the end; a key that is no text
 * as `0x…`, which commands take as a key.
 */
export function keyName(database: string, key: Uint8Array): string {
  const view = new DataView(key.buffer, key.byteOffset, key.length)
  if (FILES.has(database) && key.length === FILE_ID_BYTES) return fileName(view)
  const kind = NUMBERED.get(database)
  // Samba stores these numbers so that their order is that of the keys.
  if (kind !== undefined && key.length === ID_BYTES) return `${kind} ${hex32(view.getUint32(0))}`
  const text = textOf(key)
  return UNREADABLE.test(text) ? hexOf(key) : text
}

/** A key in hexadecimal, as commands take it. */
export const hexOf = (key: Uint8Array): string => `0x${Buffer.from(key).toString('hex')}`

/** A key as text, without the NUL at its end. */
export const textOf = (key: Uint8Array): string => Buffer.from(key.at(-1) === 0 ? key.subarray(0, -1) : key).toString()

function fileName(view: DataView): string {
  const [device, inode, extra] = [0, 8, 16].map((at) => view.getBigUint64(at, true))
  return `device 0x${device?.toString(16)} inode ${inode}${extra === 0n ? '' : ` ext ${extra}`}`
}
