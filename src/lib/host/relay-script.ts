import { HAS_NULL } from './shell-parts.ts'

/** The line that the script below waits for: so a way that passes on no input is told from a daemon that is gone. */
export const RELAY_GO = 'go'
/** How a line of its reports begins. */
export const RELAY_REPORT = 'ctdbts-relay'

/** Copies between its standard streams and a Unix socket; each half ends by itself. It has no single quote, so that a shell can quote it. */
const PYTHON = `
import errno, os, socket, sys, threading
path = sys.argv[1]
def say(*words):
    sys.stderr.write("${RELAY_REPORT} " + " ".join(words) + "\\n")
    sys.stderr.flush()
peer = socket.socket(socket.AF_UNIX)
try:
    peer.connect(path)
except OSError as error:
    known = {errno.ECONNREFUSED: "refused", errno.EACCES: "denied"}
    say(*([known[error.errno], path] if error.errno in known else ["failed", path, str(error)]))
    sys.exit(3)
say("ready", "python3", path)
def inward():
    try:
        while True:
            data = os.read(0, 65536)
            if not data:
                break
            peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
    except OSError:
        pass
threading.Thread(target=inward, daemon=True).start()
try:
    while True:
        data = peer.recv(65536)
        if not data:
            break
        while data:
            data = data[os.write(1, data):]
except OSError:
    pass
os._exit(0)
`

/**
 * Run as `sh -c SCRIPT ctdbts PATH…`: connects its standard streams with the first of the paths that is a socket. Says on standard
 * error, on a line of its own, `ctdbts-relay WORD …`: `ready TOOL PATH`, or why not: `absent`, `denied PATH`, `refused PATH`,
 * `failed PATH WHY`, `no-tool`, `no-null` (there is no /dev/null), `no-input` (its line did not arrive). Each tool connects once for a try,
 * as the two that are not ours do not say whether they have got through; each passes on the end of its input, because otherwise it would stay
 * behind when we go.
 */
export const RELAY_SCRIPT = `
LC_ALL=C; export LC_ALL
say() { printf "${RELAY_REPORT} %s\\n" "$*" >&2; }
read -r go
if [ "$go" != ${RELAY_GO} ]; then say no-input it passes on no standard input; exit 3; fi
give_up() {
  case $1 in
    *[Rr]efused*) say refused "$found" ;;
    *[Pp]ermission*) say denied "$found" ;;
    *) say failed "$found" "$1" ;;
  esac
  exit 3
}
${HAS_NULL} || { say no-null; exit 3; }
found= barred=
for path do
  if [ -S "$path" ]; then found=$path; break; fi
  folder=\${path%/*}
  if [ -d "$folder" ] && [ ! -x "$folder" ]; then barred=$path; fi
done
if [ -z "$found" ]; then
  if [ -n "$barred" ]; then say denied "$barred"; else say absent; fi
  exit 3
fi
if [ ! -w "$found" ]; then say denied "$found"; exit 3; fi
if command -v socat >/dev/null 2>&1; then
  case $found in
    *[!A-Za-z0-9_./@+=-]*) ;;
    *)
      why=$(socat -u /dev/null "UNIX-CONNECT:$found" 2>&1) || give_up "$why"
      say ready socat "$found"
      exec socat -t 10 - "UNIX-CONNECT:$found" ;;
  esac
fi
if command -v nc >/dev/null 2>&1; then
  help=$(nc -h 2>&1)
  case $help in
    *-U*[Uu][Nn][Ii][Xx]*)
      why=$(nc -z -v -U "$found" 2>&1 </dev/null) || give_up "$why"
      half=
      case $help in *[[:space:]]-N[[:space:]]*) half=-N ;; esac
      say ready nc "$found"
      exec nc $half -U "$found" ;;
  esac
fi
if command -v python3 >/dev/null 2>&1; then
  exec python3 -IS -c '${PYTHON}' "$found"
fi
say no-tool
exit 3
`
