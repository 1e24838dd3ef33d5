// One constant POSIX sh script (dash, bash, the sh of busybox): what differs from node to node comes as positional parameters, so that
// nothing in a path can be taken for shell. It has no single quotes, which makes it easy to quote for SSH. What it prints is
// framed as sections.ts says.

/** What `sh` calls the script. Those who serve it know it by this name. */
const SCRIPT_NAME = 'ctdbts-facts'

/** Where CTDB has its configuration, unless it was built otherwise. */
export const CTDB_BASE = '/etc/ctdb'

/**
 * Parameters: the random word for the frames, the folder with CTDB's configuration, and how much is to be read. Reads only; needs root for
 * the firewall. Each command has 3 s, where there is `timeout`. It prints at most 4 MB.
 */
const SCRIPT = `
nonce=$1 base=$2 extent=$3
nl="
"
# A user who comes through SSH may lack the folders of system programs; the last two are a Samba built from source.
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/samba/sbin:/usr/local/samba/bin
# The words of errors are looked at.
LC_ALL=C
export PATH LC_ALL
exec </dev/null 5>&1
limited=
if timeout 3 true 2>/dev/null; then limited="timeout 3"; fi

# Parameters: name, how many bytes at most, and the command that prints the content. Its exit status comes last behind what it said.
section() {
  name=$1 limit=$2
  shift 2
  printf "\\n%s begin %s %s\\n" "$nonce" "$name" "$limit"
  said=$({ { "$@"; printf "\\n%s" "$?" >&2; } 2>&3 | head -c "$limit" >&5; } 3>&1 | tail -c 400)
  printf "\\n%s said %s 0\\n%s" "$nonce" "$name" "\${said%"$nl"*}"
  printf "\\n%s end %s %s\\n" "$nonce" "$name" "\${said##*"$nl"}"
}

# A pipe would be waited for, and a device might never end.
file() {
  if [ -e "$1" ] && ! [ -f "$1" ]; then
    printf "%s is not a file\\n" "$1" >&2
    return 1
  fi
  $limited cat "$1"
}

# Those that CTDB would run: named so, and executable for their owner, which need not be who asks.
scripts() {
  $limited find -L "$base/events/legacy/." ! -name . -prune -name "[0-9][0-9].*.script" -type f -perm -100 \\
    -exec printf "%s\\\\000" {} +
}

# A kernel without IPv6 binds to none of its addresses; old ones have no such setting.
nonlocal() {
  cat /proc/sys/net/ipv4/ip_nonlocal_bind || return
  if [ -e /proc/sys/net/ipv6/ip_nonlocal_bind ]; then cat /proc/sys/net/ipv6/ip_nonlocal_bind; else echo 0; fi
}

promote() {
  for folder in /proc/sys/net/ipv4/conf/* /proc/sys/net/ipv4/conf/.[!.]* /proc/sys/net/ipv4/conf/..?*; do
    value=
    # By its result: dash reads byte by byte, and such a file has only one for it, so that it misses the end of the line.
    read -r value 2>/dev/null <"$folder/promote_secondaries"
    if [ -n "$value" ]; then
      printf "%s\\000%s\\000" "\${folder##*/}" "$value"
    elif [ -e "$folder" ]; then
      printf "%s cannot be read\\n" "$folder" >&2
      return 1
    fi
  done
}

# -w: another program may be at work on the rules. A kernel without IPv6 drops nothing of it.
rules() {
  if [ "$1" = ip6tables ] && ! [ -e /proc/sys/net/ipv6 ]; then return 0; fi
  $limited "$1" -w 2 -S INPUT
}

section addresses 1500000 $limited ip -j addr
if [ "$extent" = kernel ]; then exit 0; fi
section publicaddresses 262144 file "$base/public_addresses"
section nodes 262144 file "$base/nodes"
section config 262144 file "$base/ctdb.conf"
section scripts 65536 scripts
# It asks no daemon.
section version 4096 $limited ctdb version
section nonlocal 4096 nonlocal
section promote 131072 promote
section iptables 524288 rules iptables
section ip6tables 524288 rules ip6tables
section hostname 4096 uname -n
`

/** How much of a machine is looked at: all, or only the addresses and links of its kernel, which costs next to nothing. */
export type Extent = 'all' | 'kernel'

export interface FactsParameters {
  /** The random word. */
  readonly nonce: string
  readonly base: string
  readonly extent: Extent
}

/** The command by which a node tells about itself, word by word. */
export const factsCommand = (nonce: string, base: string, extent: Extent = 'all'): [string, ...string[]] => [
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
  const extent = word === 'kernel' ? word : 'all'
  const expected = factsCommand(nonce, base, extent)
  return argv.length === expected.length && expected.every((word, index) => argv[index] === word)
    ? { nonce, base, extent }
    : undefined
}
