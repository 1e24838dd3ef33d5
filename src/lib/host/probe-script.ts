// The scripts of `verify --probe`: constant POSIX sh, as facts-script.ts says. What they print is framed as sections.ts says.

import { PROBE_PYTHON } from './probe-python.ts'
import { SECTIONS, terse } from './shell-parts.ts'

const BEGIN = `
nonce=$1
shift
${SECTIONS}`

/** Reads the link addresses, the neighbour tables, and what the interfaces filter. */
const LOOK = terse(`${BEGIN}
# Interfaces may go away meanwhile.
filters() {
  $limited grep -H "" /proc/sys/net/ipv4/conf/*/arp_filter /proc/sys/net/ipv4/conf/*/rp_filter || return 0
}
section links 1500000 $limited ip -j link
section neighbours 4000000 $limited ip -j neigh
section filters 262144 filters
`)

/**
 * Asks networks for the link addresses of IP addresses. Parameters: the random word, a program for Python, the least time between two questions
 * and the time limit, both in seconds, and then for each question interface, address and source.
 *
 * Without Python: arping or ndisc6, one after the other. Each sends at most two questions, at most one a second. There are three programs
 * named arping, which all ask from 0.0.0.0 here; that of iputils and that of busybox take the same options, and end with the first answer.
 */
const ASK = terse(`${BEGIN}
program=$1 gap=$2 limit=$3
shift 3
for python in python3 /usr/libexec/platform-python; do
  if command -v "$python" >/dev/null; then
    section python 4000000 "$python" -I -c "$program" "$gap" "$limit" "$@"
    exit 0
  fi
done
arping=
if command -v arping >/dev/null; then
  arping="arping -D -c 2 -w 2 -I"
  case $(arping --help 2>&1) in *Habets*) arping="arping -0 -c 2 -w 2 -i" ;; esac
fi
end=$(($(date +%s) + limit))
at=0
while [ $# -ge 3 ]; do
  if [ "$(date +%s)" -ge "$end" ]; then exit 0; fi
  case $2 in
    *:*) section "ndisc$at" 4096 ndisc6 -m -n -r 2 -w 1000 "$2" "$1" ;;
    *) section "arping$at" 4096 \${arping:-arping} "$1" "$2" ;;
  esac
  at=$((at + 1))
  shift 3
done
`)

/** The command by which a node shows its link addresses and neighbours. */
export const lookCommand = (nonce: string): [string, ...string[]] => ['sh', '-c', LOOK, 'ctdbts-look', nonce]

/** A question as a node is to ask it. */
export interface PlannedQuestion {
  readonly address: string
  readonly interfaceName: string
  /** Where it comes from: an IPv4 address of the interface, 0.0.0.0, or the link-local address of the interface. */
  readonly source: string
}

/** How fast a node asks. */
export interface AskPace {
  /** The least time between two questions, in seconds. */
  readonly gapS: number
  /** The time limit for all of them, in whole seconds. */
  readonly limitS: number
}

/** The command by which a node asks its networks. */
export const askCommand = (
  nonce: string,
  questions: readonly PlannedQuestion[],
  { gapS, limitS }: AskPace,
): [string, ...string[]] => [
  ...(['sh', '-c', ASK, 'ctdbts-probe', nonce, PROBE_PYTHON, String(gapS), String(limitS)] as const),
  ...questions.flatMap(({ interfaceName, address, source }) => [interfaceName, address, source]),
]
