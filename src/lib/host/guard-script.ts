import { HAS_NULL } from './shell-parts.ts'

/** What the script below says on standard error when it starts, on a line of its own. */
export const GUARD_STARTED = 'ctdbts-guard started'
/** What it says, likewise, when no line arrives on its standard input. */
export const GUARD_NO_INPUT = 'ctdbts-guard no-input'
/** What it says, likewise, where there is no /dev/null. */
export const GUARD_NO_NULL = 'ctdbts-guard no-null'
/** The line that it waits for. */
export const GUARD_GO = 'go'

/**
 * Run as `sh -c SCRIPT ctdbts WORD…`: runs the words as a command with an empty standard input, and ends with its exit status. When the
 * script's own standard input ends, or a signal tells it to end, it ends the command and all that this has started. The programs that lead
 * into a container (`podman exec`, `kubectl exec`) do not end a command whose caller is gone; they do close its standard input.
 *
 * Where there is no `setsid`, only the command itself is ended.
 */
export const GUARD_SCRIPT = `
echo "${GUARD_STARTED}" >&2
${HAS_NULL} || { echo "${GUARD_NO_NULL}" >&2; exit 125; }
exec 3<&0
read -r go <&3
if [ "$go" != ${GUARD_GO} ]; then echo "${GUARD_NO_INPUT}" >&2; exit 125; fi
if command -v setsid >/dev/null 2>&1; then
  setsid "$@" </dev/null 3<&- &
  group=-$!
else
  "$@" </dev/null 3<&- &
  group=$!
fi
command=$!
(
  trap "" HUP INT
  while read -r more; do :; done
  kill -TERM "$group"
  sleep 2
  kill -KILL "$group"
) <&3 >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -TERM "$group" 2>/dev/null; status=143' HUP INT TERM
status=
wait "$command"
ended=$?
if [ -n "$status" ]; then wait "$command"; ended=$status; fi
trap "" HUP INT TERM
kill "$watch" 2>/dev/null
exit "$ended"
`
