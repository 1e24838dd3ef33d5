/** Linux's error numbers, as CTDB's daemons and tools report them: in replies, statuses and exit statuses. */
export const ERRNO = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENOEXEC: 8,
  ENOMEM: 12,
  EACCES: 13,
  EINVAL: 22,
  ERANGE: 34,
  EDEADLK: 35,
  ENOMSG: 42,
  ETIME: 62,
  EMSGSIZE: 90,
  ETIMEDOUT: 110,
  ECANCELED: 125,
} as const
