// One constant POSIX sh script (dash, bash, the sh of busybox): what differs from node to node comes as positional parameters, so that
// nothing in a path can be taken for shell. It has no single quotes, which makes it easy to quote for SSH. What it prints is
// framed as sections.ts says.

import { CTDB_PORT } from '../cluster/nodes-list.ts'
import { CONFIGURED_PART } from './configured-script.ts'
import { LOCK_PART } from './lock-script.ts'
import { SERVICES_PART } from './service-addresses.ts'
import { FIND_BASE, HOMES, SECTIONS, terse, words } from './shell-parts.ts'

/** What `sh` calls the script. Those who serve it know it by this name. */
const SCRIPT_NAME = 'ctdbts-facts'

/**
 * Parameters: the random word for the frames, the folder with CTDB's configuration, or nothing to find it, and how much is to be read.
 * Reads only; needs root for the firewall and the cluster lock. Each command has 3 s, where there is `timeout`. It prints at most 4 MB.
 */
const SCRIPT = terse(`
nonce=$1 base=$2 extent=$3
${SECTIONS}
${FIND_BASE}

# What a function prints that runs in this shell, and never prints much.
section_here() {
  begin "$1" "$2"
  said=$("$3" 2>&1 >&5; printf "\\n%s" "$?")
  end "$1"
}

# A file. A pipe would be waited for, and a device might never end.
section_file() {
  begin "$1" "$2"
  if [ -e "$3" ] && ! [ -f "$3" ]; then
    said="$3 is not a file\${nl}1"
  else
    said=$($limited head -c "$2" "$3" 2>&1 >&5; printf "\\n%s" "$?")
  fi
  end "$1"
}

# Those that CTDB would run: named so, and executable for their owner, which need not be who asks.
# A link into a folder that is not here: the configuration of a container, seen from outside, says nothing of its scripts.
scripts() {
  for path in "$base"/events/legacy/[0-9][0-9].*.script; do
    if [ -L "$path" ] && ! [ -e "$path" ]; then
      target=$(readlink "$path")
      case $target in /*) ;; *) target=\${path%/*}/$target ;; esac
      if ! [ -d "\${target%/*}" ]; then
        printf "%s leads to %s, which is not here\\n" "$path" "$target" >&2
        return 1
      fi
    fi
  done
  $limited find -L "$base/events/legacy/." ! -name . -prune -name "[0-9][0-9].*.script" -type f -perm -100 \\
    -exec printf "%s\\\\000" {} +
}

# A kernel without IPv6 binds to none of its addresses; old ones have no such setting.
nonlocal() {
  for version in ipv4 ipv6; do
    setting=/proc/sys/net/$version/ip_nonlocal_bind
    if line_of "$setting"; then
      printf "%s\\n" "$value"
    elif [ "$version" = ipv6 ] && ! [ -e "$setting" ]; then
      echo 0
    else
      printf "%s cannot be read\\n" "$setting" >&2
      return 1
    fi
  done
}

own_name() {
  if line_of /proc/sys/kernel/hostname; then printf "%s\\n" "$value"; else uname -n; fi
}

promote() {
  for folder in /proc/sys/net/ipv4/conf/* /proc/sys/net/ipv4/conf/.[!.]* /proc/sys/net/ipv4/conf/..?*; do
    if line_of "$folder/promote_secondaries"; then
      printf "%s\\000%s\\000" "\${folder##*/}" "$value"
    elif [ -e "$folder" ]; then
      printf "%s cannot be read\\n" "$folder" >&2
      return 1
    fi
  done
}

# Each bond: its name, and what the kernel tells of it. A network namespace has those of its own.
bonds() {
  for file in /proc/net/bonding/*; do
    if [ -f "$file" ]; then
      printf "%s\\000" "\${file##*/}"
      $limited head -c 65536 "$file" || return
      printf "\\000"
    fi
  done
}

# The sets of capabilities that ctdbd has, and that its scripts can have.
capabilities() {
  while read -r key value rest; do
    case $key in CapEff: | CapBnd:) printf "%s %s\\n" "$key" "$value" ;; esac
  done <"/proc/$daemon/status"
}

# The kernel itself looks for the port: it may have thousands of other connections.
connections() {
  ss -tano "( dport = :${CTDB_PORT} or sport = :${CTDB_PORT} )"
}

# -w: another program may be at work on the rules. A kernel without IPv6 drops nothing of it.
rules() {
  if [ "$1" = ip6tables ] && ! [ -e /proc/sys/net/ipv6 ]; then return 0; fi
  $limited "$1" -w 2 -S INPUT
}

# The end of the log of a ctdbd that does not run, behind a line that says where it is. It may be in no place that is known.
last_log() {
  place=
  if [ -f "$base/ctdb.conf" ]; then
    place=$($limited sed -n "s/^[[:blank:]]*location[[:blank:]]*=[[:blank:]]*//p" "$base/ctdb.conf" 2>/dev/null)
  fi
  place=\${place##*"$nl"}
  case $place in
    file:*) set -- "\${place#file:}" ;;
    syslog*) set -- ;;
    *) set -- ${words(HOMES.flatMap(({ logs }) => logs))} ;;
  esac
  for file do
    if [ -f "$file" ] && [ -r "$file" ]; then
      printf "%s\\n" "$file"
      $limited tail -n 10 "$file"
      return
    fi
  done
  case $place in file:*) return ;; esac
  echo "the journal"
  $limited journalctl -q -u ctdb -n 10 --no-pager -o short-iso
}

# Each ends with a newline, as the next one begins with a line of its own.
more_tunables() {
  for file in "$base"/tunables.d/*.tunables; do
    if [ -f "$file" ]; then
      $limited head -c 65536 "$file" || return
      echo
    fi
  done
}
${CONFIGURED_PART}${SERVICES_PART}${LOCK_PART}
if [ "$extent" != files ]; then section addresses 1500000 $limited ip -j addr; fi
if [ "$extent" = kernel ]; then exit 0; fi
if [ "$extent" != network ]; then
  section_file publicaddresses 262144 "$base/public_addresses"
  section_file nodes 262144 "$base/nodes"
  section_file config 262144 "$base/ctdb.conf"
  section_file homenodes 262144 "$base/home_nodes"
  section scripts 65536 scripts
  # It asks no daemon.
  section version 4096 $limited ctdb version
  section_here services 65536 services
  section_here lock 65536 cluster_lock
  if [ -n "$daemon" ]; then section_here capabilities 4096 capabilities; fi
fi
if [ "$extent" != files ]; then
  section_here nonlocal 4096 nonlocal
  section_here promote 131072 promote
  section iptables 524288 rules iptables
  section ip6tables 524288 rules ip6tables
  section_here bonds 262144 bonds
  section_here configured 262144 configured
  section_here hostname 4096 own_name
  section_here connections 262144 connections
fi
if [ -n "$runs" ] || [ "$extent" = network ]; then exit 0; fi
section log 16384 last_log
section_file tunables 65536 "$base/ctdb.tunables"
section tunablesd 262144 more_tunables
`)

/** How much of a machine is looked at: all, or only the addresses and links of its kernel, which costs next to nothing. */
export type Extent = 'all' | 'kernel'

const COMMAND_EXTENTS = ['all', 'kernel', 'network', 'files'] as const

/** How much one command looks at. Together, `network` and `files` are all, for where the addresses are on another machine than the files. */
export type CommandExtent = (typeof COMMAND_EXTENTS)[number]

export interface FactsParameters {
  /** The random word. */
  readonly nonce: string
  /** Empty to find it. */
  readonly base: string
  readonly extent: CommandExtent
}

/** The command by which a node tells about itself, word by word. */
export const factsCommand = (nonce: string, base: string, extent: CommandExtent = 'all'): [string, ...string[]] => [
  'sh',
  '-c',
  SCRIPT,
  SCRIPT_NAME,
  nonce,
  base,
  extent,
]

/** The parameters of a facts command; undefined for any other command. */
export function readFactsCommand(argv: readonly string[]): FactsParameters | undefined {
  const [nonce = '', base = '', word] = argv.slice(4)
  const extent = COMMAND_EXTENTS.find((each) => each === word) ?? 'all'
  const expected = factsCommand(nonce, base, extent)
  return argv.length === expected.length && expected.every((word, index) => argv[index] === word)
    ? { nonce, base, extent }
    : undefined
}
