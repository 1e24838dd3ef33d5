// Work that needs a lock is a shell script, which one `flock` runs in the namespace. The scripts are constant; their arguments are positional
// parameters, so that the shell does not interpret them. They need POSIX sh, `ip` and, if there is one, the firewall. They write everything to
// one stream, in order: the output of the event script.

/** Parameters of both: interface, address, mask bits. */
const COMMON = `
exec 2>&1
iface=$1 ip=$2 bits=$3
case $ip in
  *:*) version=6 filter=ip6tables ;;
  *) version=4 filter=iptables ;;
esac

# The rule that keeps clients out while an address is on its way off. -w: another namespace may have the lock of the firewall tools, which
# is one for the whole machine.
firewall() {
  if command -v "$filter" >/dev/null; then
    "$filter" -w 10 "$1" INPUT -i "$iface" -d "$ip" -j DROP
  fi
}

# Kernels that still have a route cache are to forget what they knew; others ignore it. No failure matters.
flush_route_cache() {
  for v in 4 6; do
    { echo 1 >/proc/sys/net/ipv$v/route/flush; } 2>/dev/null
  done
}
`

/** Event `takeip`. Exit status 1 when the interface cannot be brought up, or the address not be added. */
export const TAKE_IP = `${COMMON}
ip link set dev "$iface" up || {
  echo "Failed to bringup interface $iface"
  exit 1
}
# A new IPv6 address is tentative, and cannot be used, until duplicates have been looked for; here are none, unless somebody wants one.
if [ $version = 6 ]; then set -- nodad; else set -- brd +; fi
ip addr add "$ip/$bits" "$@" dev "$iface" || {
  echo "Failed to add $ip/$bits on dev $iface"
  exit 1
}
# Left behind by a release that was killed.
firewall -D >/dev/null 2>&1
flush_route_cache
exit 0
`

/** Event `releaseip`, of the interface that the address was seen on. Exit status 1 when it cannot be deleted, or a secondary is lost. */
export const RELEASE_IP = `${COMMON}
# The IPv4 addresses of the interface as CIDR, one a line; only the secondary ones with the argument "secondary".
list() {
  ip -o -4 addr show dev "$iface" "$@" | while read -r _ _ _ cidr _; do echo "$cidr"; done
}
# It may have gone while the lock was waited for.
ip -o addr show dev "$iface" | {
  while read -r _ _ _ cidr _; do [ "$cidr" = "$ip/$bits" ] && exit 0; done
  exit 1
} || exit 0

trap 'firewall -D >/dev/null 2>&1; flush_route_cache' EXIT
trap 'exit 1' HUP INT TERM
firewall -I

# Deleting the primary address of an IPv4 subnet makes Linux delete the secondary ones too, unless promote_secondaries is set.
secondaries=
if [ $version = 4 ]; then secondaries=$(list secondary); fi
ip addr del "$ip/$bits" dev "$iface" || {
  echo "Failed to del $ip on dev $iface"
  exit 1
}

# Those that went along come back in their order: the first of them becomes the new primary.
status=0
left=
if [ -n "$secondaries" ]; then left=$(list); fi
for cidr in $secondaries; do
  if [ "$cidr" = "$ip/$bits" ]; then continue; fi
  case "
$left
" in
    *"
$cidr
"*) continue ;;
  esac
  ip addr add "$cidr" brd + dev "$iface" || {
    echo "Failed to re-add secondary address $cidr on dev $iface"
    status=1
  }
done
exit $status
`
