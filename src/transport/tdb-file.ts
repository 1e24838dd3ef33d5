/** An open TDB file, on the machine that has it. One operation runs at a time. */
export interface TdbFile {
  /** Locks the hash chain of a key against all other processes, waiting until it is free. */
  lock(key: Uint8Array): Promise<void>
  /** Releases the lock of that key. */
  unlock(key: Uint8Array): Promise<void>
  /** The data of a key; undefined if there is no such record. */
  fetch(key: Uint8Array): Promise<Uint8Array | undefined>
  /** Writes the data of a key, whether the record exists or not. */
  store(key: Uint8Array, data: Uint8Array): Promise<void>
  /** All records, in the order of the file, each as it is when it is reached. */
  traverse(): AsyncGenerator<{ readonly key: Uint8Array; readonly data: Uint8Array }, void>
  /** Closes the file, which releases its locks. */
  close(): void
}

/** How a file is opened. */
export interface TdbFileOptions {
  readonly path: string
  /** The flags of tdb_open. */
  readonly openFlags: number
  /** PID of the daemon that has the file open too, if it runs: its TDB library is used then. */
  readonly daemonPid?: number | undefined
  /**
   * A file that is open already, with the same signal, and stays open longer: what works on that one works on this one too. The operations
   * on both run one at a time.
   */
  readonly beside?: TdbFile | undefined
  /** Aborts what waits for a lock. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens an existing TDB file for reading and writing.
 * @throws CtdbtsError TDB_OPEN when that is impossible, TDB_LIBRARY where there is no way to do it.
 */
export type OpenTdb = (options: TdbFileOptions) => Promise<TdbFile>
