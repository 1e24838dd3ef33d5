// One constant POSIX sh script, as that for facts: what differs comes as positional parameters, so that nothing in a path can be taken for
// shell. It reads only. What it prints begins behind a line with the random word: shells may greet.

import { PREAMBLE, terse } from './shell-parts.ts'

/** What `sh` calls the script. */
const SCRIPT_NAME = 'ctdbts-logs'

/** Files are read in blocks of so many bytes. */
export const LOG_BLOCK = 65_536

/** Exit status if the file is another one by now, or has become shorter. */
export const LOG_REPLACED = 3

/** The programs of CTDB by which they write to syslog. */
const PROGRAMS = ['ctdbd', 'ctdb-recoverd', 'ctdb-eventd', 'ctdb-recovery', 'ctdb-takeover']

/** So many lines of a journal are shown first. */
const TAIL_LINES = 500

/**
 * `find FILE…` prints the zone of the clock, and each of these files with what rotation made of them before, in records of NULs.
 * `read INODE FILE SKIP COUNT` prints blocks of a file; {@link LOG_REPLACED} if it is another file by now.
 * `tail INODE FILE FROM LIMIT` prints where it begins, in bytes, and what the file has from there on: FROM, or later, so that it is no more than LIMIT.
 * {@link LOG_REPLACED} if it is another file by now, or has become shorter.
 * `journal SINCE UNTIL LIMIT` prints the last bytes of what CTDB wrote to the journal; 127 if there is no journalctl. The times are seconds since
 * 1970 behind a `@`, or empty.
 * `journal-tail CURSOR LIMIT` prints the last bytes of what came behind a place, or the last lines if that is empty; and, on a line of its own, the place
 * behind it.
 */
const SCRIPT = terse(`
nonce=$1 action=$2
shift 2
${PREAMBLE}
exec </dev/null
printf "\\n%s\\n" "$nonce"
case $action in
  find)
    printf "%s\\000%s\\000" "$(date +%z)" "$(readlink /etc/localtime)"
    for log do
      for file in "$log" "$log".[0-9]* "$log"-[0-9]*; do
        if [ -f "$file" ]; then
          if [ -r "$file" ]; then can=yes; else can=no; fi
          printf "%s\\000%s\\000%s\\000%s\\000" "$log" "$file" "$(stat -L -c "%s %Y %i" -- "$file")" "$can"
        fi
      done
    done
    ;;
  read)
    [ "$(stat -L -c %i -- "$2")" = "$1" ] || exit ${LOG_REPLACED}
    exec dd if="$2" bs=${LOG_BLOCK} skip="$3" count="$4" 2>/dev/null
    ;;
  tail)
    size=$(stat -L -c "%i %s" -- "$2")
    [ "\${size%% *}" = "$1" ] || exit ${LOG_REPLACED}
    size=\${size#* } from=$3
    [ "$size" -ge "$from" ] || exit ${LOG_REPLACED}
    [ $((size - from)) -le "$4" ] || from=$((size - $4))
    printf "%s\\n" "$from"
    [ "$size" = "$from" ] || tail -c "+$((from + 1))" -- "$2" | head -c $((size - from))
    ;;
  journal | journal-tail)
    command -v journalctl >/dev/null || exit 127
    form=short-iso-precise
    # Before systemd 234 there is none.
    journalctl -q --no-pager -n 0 -o "$form" >/dev/null 2>&1 || form=short-precise
    if [ "$action" = journal ]; then
      limit=$3
      set -- \${1:+"--since=$1"} \${2:+"--until=$2"}
    else
      limit=$2
      if [ -n "$1" ]; then set -- "--after-cursor=$1"; else set -- -n ${TAIL_LINES}; fi
      set -- "$@" --show-cursor
    fi
    journalctl -q --no-pager -o "$form" "$@" _SYSTEMD_UNIT=ctdb.service ${PROGRAMS.map((name) => `+ SYSLOG_IDENTIFIER=${name}`).join(' ')} |
      tail -c "$limit"
    ;;
esac
`)

/** What the script is asked for, and its parameters. */
export type LogRequest =
  | readonly ['find', ...string[]]
  | readonly ['read', string, string, string, string]
  | readonly ['tail', string, string, string, string]
  | readonly ['journal', string, string, string]
  | readonly ['journal-tail', string, string]

/** The command for a request, word by word. */
export const logCommand = (nonce: string, request: LogRequest): [string, ...string[]] => [
  'sh',
  '-c',
  SCRIPT,
  SCRIPT_NAME,
  nonce,
  ...request,
]

/** The random word and the request of such a command; undefined for any other command. */
export function readLogCommand(argv: readonly string[]): { readonly nonce: string; readonly request: LogRequest } | undefined {
  if (argv[2] !== SCRIPT) return undefined
  const [nonce = '', ...request] = argv.slice(4)
  return { nonce, request: request as unknown as LogRequest }
}

/** What was printed behind the random word; undefined if that is not there. */
export function logOutput(stdout: Buffer, nonce: string): Buffer | undefined {
  const mark = `\n${nonce}\n`
  const at = stdout.indexOf(mark)
  return at === -1 ? undefined : stdout.subarray(at + mark.length)
}

/** A log on a machine, or one that rotation has left. */
export interface LogFile {
  /** The place that was asked for. */
  readonly log: string
  readonly path: string
  readonly bytes: number
  /** When it was last written to. */
  readonly writtenMs: number
  readonly inode: string
  readonly isReadable: boolean
}

/** What there is on a machine. */
export interface FoundLogs {
  /** As `date +%z` prints it: `+0200`. */
  readonly offset: string
  /** Where /etc/localtime leads; empty if it is no link. */
  readonly zoneLink: string
  readonly files: readonly LogFile[]
}

const FIELDS = 4

/** Reads what `find` printed. */
export function parseFoundLogs(output: Buffer): FoundLogs {
  const [offset = '', zoneLink = '', ...rest] = output.toString().split('\0')
  const files: LogFile[] = []
  for (let at = 0; at + FIELDS <= rest.length; at += FIELDS) {
    const [log = '', path = '', stat = '', can] = rest.slice(at, at + FIELDS)
    const [bytes, seconds, inode = ''] = stat.split(' ')
    if (/^\d+ -?\d+ \d+$/.test(stat)) {
      files.push({ log, path, bytes: Number(bytes), writtenMs: Number(seconds) * 1_000, inode, isReadable: can === 'yes' })
    }
  }
  return { offset, zoneLink, files }
}
