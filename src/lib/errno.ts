/** Linux's error numbers, as CTDB's daemons and tools report them: in replies, statuses and exit statuses. */
export const ERRNO = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENOEXEC: 8,
  EACCES: 13,
  EINVAL: 22,
  ERANGE: 34,
  ENOMSG: 42,
  ETIME: 62,
  ETIMEDOUT: 110,
  ECANCELED: 125,
} as const
