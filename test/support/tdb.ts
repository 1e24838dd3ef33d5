import { execFileSync } from 'node:child_process'

const CREATE = `
import ctypes, os, sys
tdb = ctypes.CDLL("libtdb.so.1")
tdb.tdb_open.argtypes, tdb.tdb_open.restype = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_uint], ctypes.c_void_p
tdb.tdb_close.argtypes = [ctypes.c_void_p]
for path in sys.argv[3:]:
    handle = tdb.tdb_open(os.fsencode(path), int(sys.argv[2]), int(sys.argv[1]), os.O_RDWR | os.O_CREAT, 0o600)
    assert handle
    tdb.tdb_close(handle)
`

const STORE = `
import ctypes, os, sys
class Data(ctypes.Structure):
    _fields_ = [("pointer", ctypes.c_char_p), ("size", ctypes.c_size_t)]
data = lambda text: Data(os.fsencode(text), len(os.fsencode(text)))
tdb = ctypes.CDLL("libtdb.so.1")
tdb.tdb_open.argtypes, tdb.tdb_open.restype = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_uint], ctypes.c_void_p
tdb.tdb_store.argtypes = [ctypes.c_void_p, Data, Data, ctypes.c_int]
tdb.tdb_close.argtypes = [ctypes.c_void_p]
path, key, value = sys.argv[1:]
handle = tdb.tdb_open(os.fsencode(path), 0, 0, os.O_RDWR, 0)
assert handle and tdb.tdb_store(handle, data(key), data(value), 0) == 0
tdb.tdb_close(handle)
`

/** Stores a record in a TDB file, whether other processes have it open or not. */
export function storeInTdb(path: string, key: string, value: string): void {
  execFileSync('/usr/bin/python3', ['-I', '-c', STORE, path, key, value], { stdio: 'pipe' })
}

/** Flags of tdb_open, by their names there. */
export const TDB_FLAG = { NOSYNC: 64, INCOMPATIBLE_HASH: 2048 } as const

/** Creates empty TDB files. */
export function createTdbs(
  { openFlags, chains = 131 }: { openFlags: number; chains?: number },
  ...paths: readonly string[]
): void {
  execFileSync('/usr/bin/python3', ['-I', '-c', CREATE, String(openFlags), String(chains), ...paths], { stdio: 'pipe' })
}

/** Whether this machine has what works on TDB files: Python and the TDB library. */
export function hasTdb(): boolean {
  try {
    createTdbs({ openFlags: 0 })
    return true
  } catch {
    return false
  }
}
