// Parts of the scripts that run on nodes. They have no single quotes, which makes them easy to quote for SSH.

/** Where CTDB has its configuration, unless it was built otherwise. */
export const CTDB_BASE = '/etc/ctdb'

/** Where CTDB has its configuration, its pid file and its log: as packages build it, and as it is built from source. */
export const HOMES = [
  { etc: CTDB_BASE, run: '/run/ctdb', logs: ['/var/log/ctdb/log.ctdb', '/var/log/log.ctdb'] },
  { etc: '/usr/local/etc/ctdb', run: '/usr/local/var/run/ctdb', logs: ['/usr/local/var/log/log.ctdb'] },
  { etc: '/usr/local/samba/etc/ctdb', run: '/usr/local/samba/var/run/ctdb', logs: ['/usr/local/samba/var/log/log.ctdb'] },
]

/** Constant words as a shell reads them. */
export const words = (of: readonly string[]): string => of.join(' ')

/** Whether a script can use /dev/null. Where /dev is an empty folder, root would create a file of that name. */
export const HAS_NULL = '[ -c /dev/null ]'

/** The environment of a script, and the function `line_of`. */
export const PREAMBLE = `# A user who comes through SSH may lack the folders of system programs; the last two are a Samba built from source.
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/samba/sbin:/usr/local/samba/bin
# The words of errors are looked at.
LC_ALL=C
export PATH LC_ALL

# Reads the only line of a file below /proc. By its result: dash reads byte by byte, and such a file has only one for it, so that it misses
# the end of the line.
line_of() {
  value=
  read -r value 2>/dev/null <"$1"
  [ -n "$value" ]
}`
