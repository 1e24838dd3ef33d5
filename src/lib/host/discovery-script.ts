import { KNOWN_SOCKETS } from '../cluster/paths.ts'
import { HOMES, PREAMBLE, terse, words } from './shell-parts.ts'

/** The name of the one section that the script prints; see sections.ts. */
export const DISCOVERY_SECTION = 'found'

/** Each record of the section: a word, and as many fields, each closed by a NUL. */
export const RECORD_FIELDS = { host: 5, socket: 2, ctdbd: 13, container: 3 } as const

/**
 * Looks for ctdbd on a machine: its processes, in whatever namespace; its sockets in the usual places and in cephadm's folders of services; and,
 * if a ctdbd has mounts of its own, the containers of podman and docker. Parameter: the random word for the frames. Reads only, and asks no
 * daemon; needs root for processes of others.
 *
 * A socket's file need not be where ctdbd made it, seen from outside. What a process listens on is read by its descriptors, so that several
 * daemons in one namespace are told apart.
 */
const SCRIPT = terse(`
nonce=$1
${PREAMBLE}
exec </dev/null 2>/dev/null
limited=
if timeout 10 true; then limited="timeout 10"; fi

put() { printf "%s\\000" "$@"; }

# Calls a function with each socket in a service of cephadm, with its folder of configuration, or nothing, and with further words.
services() {
  call=$1
  shift
  for service in /var/lib/ceph/*/smb.*; do
    for run in ctdb/run run/ctdb run/samba/ctdb; do
      if [ -S "$service/$run/ctdbd.socket" ]; then
        service_etc=$service/ctdb/etc
        if ! [ -d "$service_etc" ]; then service_etc=; fi
        "$call" "$service/$run/ctdbd.socket" "$service_etc" "$@"
      fi
    done
  done
}
put_socket() { put socket "$1" "$2"; }
# Whether that is the socket of a daemon in a container.
on_host() {
  if [ -z "$outside" ] && [ "$1" -ef "$3" ]; then outside=$1 outside_etc=$2; fi
}

others=
daemon() {
  mnt=$(readlink "$folder/ns/mnt") net=$(readlink "$folder/ns/net") root=$(readlink "$folder/root")
  inodes=" $(ls -l "$folder/fd" | sed -n "s/.*socket:\\[\\([0-9]*\\)\\]\\$/\\1/p" | tr "\\n" " ")"
  socket= listens= connections= etc= outside= outside_etc= inner=
  while read -r number references protocol flags type state inode path; do
    case "$flags $path" in
      "00010000 /"*/ctdbd.socket) case $inodes in *" $inode "*) socket=$path ;; esac ;;
    esac
  done <"$folder/net/unix"
  for path in ${words(KNOWN_SOCKETS)}; do
    if [ -z "$socket" ] && [ -S "$folder/root$path" ]; then socket=$path; fi
  done
  for table in tcp tcp6; do
    while read -r slot address remote state queues timer retransmit uid timeout inode rest; do
      case "$inodes $state" in
        *" $inode "*0A) listens=$address ;;
        *" $inode "*01) connections="$connections $address-$remote" ;;
      esac
    done <"$folder/net/$table"
  done
  for path in ${words(HOMES.map(({ etc }) => etc))}; do
    for file in nodes ctdb.conf public_addresses; do
      if [ -z "$etc" ] && [ -e "$folder/root$path/$file" ]; then etc=$path; fi
    done
  done
  if [ "$mnt" != "$own_mnt" ]; then others=yes; fi
  # A link /var/run would lead out of its root folder.
  for path in "$socket" "/run/\${socket#/var/run/}"; do
    if [ "$mnt" = "$own_mnt" ] && [ "$root" != / ]; then
      if [ -z "$outside" ] && [ -S "$root$path" ]; then outside=$root$path outside_etc=\${etc:+$root$etc}; fi
    elif [ "$mnt" != "$own_mnt" ]; then
      services on_host "$folder/root$path"
    fi
  done
  if line_of "$folder/root/etc/hostname"; then inner=$value; fi
  put ctdbd "$pid" "$mnt" "$net" "$root" "$socket" "$outside" "$outside_etc" "$etc" "$listens" "$(head -c 2000 "$folder/cgroup")" \\
    "$(ip netns identify "$pid" | head -n 1)" "$inner" "$connections"
}

printf "\\n%s begin ${DISCOVERY_SECTION} 1000000\\n" "$nonce"
own_mnt=$(readlink /proc/self/ns/mnt)
# How the numbers in /proc/net/tcp are written.
put host "$(uname -n)" "$own_mnt" "$(readlink /proc/self/ns/net)" "$(id -u)" "$(printf "\\001\\000" | od -An -tu2 | tr -d " ")"

for path in ${words(KNOWN_SOCKETS)}; do
  if [ -S "$path" ]; then put socket "$path" ""; fi
done
services put_socket

# Its children have the same name until they take another.
for folder in /proc/[0-9]*; do
  pid=\${folder#/proc/}
  if line_of "$folder/comm" && [ "$value" = ctdbd ]; then
    while read -r key parent rest && [ "$key" != PPid: ]; do :; done <"$folder/status"
    if ! line_of "/proc/$parent/comm" || [ "$value" != ctdbd ]; then daemon; fi
  fi
done

if [ -n "$others" ]; then
  for tool in podman docker; do
    ids=$($limited $tool ps -q --no-trunc)
    if [ -n "$ids" ]; then
      $limited $tool inspect --format "{{.State.Pid}} {{.Name}}" $ids | while read -r pid name; do
        put container "$tool" "\${name#/}" "$(readlink "/proc/$pid/ns/mnt")"
      done
    fi
  done
fi
printf "\\n%s said ${DISCOVERY_SECTION} 0\\n\\n%s end ${DISCOVERY_SECTION} 0\\n" "$nonce" "$nonce"
`)

/** The command by which a machine tells where ctdbd runs on it, word by word. */
export const discoveryCommand = (nonce: string): [string, ...string[]] => ['sh', '-c', SCRIPT, 'ctdbts-discovery', nonce]
