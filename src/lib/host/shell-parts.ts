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

/**
 * A script without what only its readers need: comments that have a line to themselves, indentation and empty lines. It must have no string that
 * goes over lines of these kinds.
 */
export const terse = (script: string): string => script.replace(/^[ \t]*(?:#.*)?\n|^[ \t]+/gm, '')

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

/**
 * The beginning of a script that prints sections as sections.ts says: the environment; `limited`, which goes in front of a command that may take
 * 3 s, where there is `timeout`; and the functions `begin`, `end` and `section`. The script must have set `nonce`. Nothing may read
 * its standard input. Starting a process is most of the work, so each function starts as few as it can.
 */
export const SECTIONS = `nl="
"
${PREAMBLE}
exec </dev/null 5>&1
limited=
if timeout 3 true 2>/dev/null; then limited="timeout 3"; fi

# A section takes its name, how many bytes it may have at most, and what is read. It ends with what was said about errors and the exit status.
begin() { printf "\\n%s begin %s %s\\n" "$nonce" "$1" "$2"; }
end() {
  printf "\\n%s said %s 0\\n%s" "$nonce" "$1" "\${said%"$nl"*}"
  printf "\\n%s end %s %s\\n" "$nonce" "$1" "\${said##*"$nl"}"
}

# What a command prints; it may print anything.
section() {
  name=$1 limit=$2
  shift 2
  begin "$name" "$limit"
  said=$({ { "$@"; printf "\\n%s" "$?" >&2; } 2>&3 | head -c "$limit" >&5; } 3>&1 | tail -c 400)
  end "$name"
}
`

/**
 * Finds the folder with CTDB's configuration. Before it, `base` is the folder that was given, or empty; after it, it is never empty, and `runs` is
 * `yes` if a ctdbd runs that was found; `daemon` is its process if it has that configuration. It needs the function `line_of`.
 */
export const FIND_BASE = `# The configuration of the ctdbd that runs, by its pid file; where none runs, the folder with a nodes file, as packages leave an empty
# configuration; else, as there are clusters without one, that with another file.
runs=
pid=
daemon=
for home in ${words(HOMES.map(({ etc, run }) => `${etc}:${run}`))}; do
  if [ -z "$runs" ] && line_of "\${home#*:}/ctdbd.pid" && pid=$value && line_of "/proc/$pid/comm" && [ "$value" = ctdbd ]; then
    runs=yes base=\${base:-\${home%%:*}}
    if [ "$base" = "\${home%%:*}" ]; then daemon=$pid; fi
  fi
done
if [ -z "$base" ]; then
  for file in nodes ctdb.conf public_addresses; do
    for folder in ${words(HOMES.map(({ etc }) => etc))}; do
      if [ -z "$base" ] && [ -e "$folder/$file" ]; then base=$folder; fi
    done
  done
  base=\${base:-${CTDB_BASE}}
fi`
