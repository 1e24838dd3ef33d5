/** What a cluster lock is, by its setting. */
export interface LockKind {
  /** The file that is locked. Absent where there is no lock, or another service keeps it. */
  readonly file?: string
  /** The program that takes the lock, where the setting names one. */
  readonly program?: string
}

/** Takes the lock on a file, as ctdbd itself does where the setting is a path. */
const FILE_HELPER = /\/ctdb_mutex_fcntl_helper$/

/** What is called by the names of helpers that come with CTDB. */
const SERVICES: Readonly<Record<string, string>> = {
  ctdb_mutex_ceph_rados_helper: 'Ceph RADOS',
  ctdb_etcd_lock: 'etcd',
}

/**
 * Reads a cluster lock as ctdbd reports it, or as it is in ctdb.conf: the path of a file or, after a `!`, a command. A path that is not
 * absolute leads to a file that depends on where ctdbd was started; nothing is said of it.
 */
export function lockKind(setting: string): LockKind {
  if (!setting.startsWith('!')) return setting.startsWith('/') ? { file: setting } : {}
  const [program = '', file = ''] = setting
    .slice(1)
    .trim()
    .split(/[ \t]+/)
  return { program, ...(FILE_HELPER.test(program) && file.startsWith('/') && { file }) }
}

/** The service that keeps the lock of a helper, if its name tells. */
export const serviceOf = (program: string): string | undefined => SERVICES[program.slice(program.lastIndexOf('/') + 1)]
