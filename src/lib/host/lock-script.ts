// The part of the facts script that looks for the cluster lock. It uses what the rest of the script has set: `base`, `runs` and `pid`
// (ctdbd, if it runs), `limited`, `nl` and `line_of`. It writes nothing, and does not take the cluster lock.

/** Seconds for which a file system may take to answer. */
const PATIENCE_S = 2

/** Defines `cluster_lock`, which prints pairs of a name and a value, each closed by a NUL. */
export const LOCK_PART = `
# The value of the cluster lock in ctdb.conf; that of the older name of the setting if it does not have the newer one.
lock_setting() {
  lock=
  if ! [ -f "$base/ctdb.conf" ]; then return; fi
  blank="[[:space:]]" equals="[[:space:]]*=[[:space:]]*"
  lines=$nl$(sed -n "s/$blank*\\$//
    s/^$blank*cluster$blank\\{1,\\}lock$equals/c/p
    s/^$blank*recovery$blank\\{1,\\}lock$equals/r/p" "$base/ctdb.conf") || return
  case $lines in
    *"\${nl}c"*) lock=\${lines##*"\${nl}c"} ;;
    *"\${nl}r"*) lock=\${lines##*"\${nl}r"} ;;
  esac
  lock=\${lock%%"$nl"*}
}

# A file behind all links, in two lines: device, inode and mode, or why there are none; and its path, if its folder exists. The file system
# may hang, and a process that waits for it can then not be killed. The lock on ctdb.conf sees to it that there is only one of them.
look_at() {
  flock -n 9 || $limited flock 9 || return
  place=$1
  if [ -L "$1" ]; then place=$(readlink -f "$1"); fi
  stat -L -c "%d %i %f" "$1" 2>&1
  folder=$(cd -P "\${place%/*}/" && pwd -P) && printf "%s\\n" "\${folder%/}/\${place##*/}"
}

# The cluster lock that ctdb.conf names. Of a file: what it is, its mount, and the processes that have locked it.
cluster_lock() {
  lock_setting || return
  printf "setting\\000%s\\000" "$lock"
  file=$lock
  case $lock in
    !*)
      set -f
      set -- \${lock#!}
      set +f
      file=
      case $1 in
        */ctdb_mutex_fcntl_helper) file=$2 ;;
      esac
      if [ -e "$1" ]; then :; else printf "helper\\000absent\\000"; fi
      ;;
  esac
  case $file in
    /*) ;;
    *) return 0 ;;
  esac
  # What ctdbd sees counts. It may be in a container, or that cannot be seen without being root: then nothing is looked for.
  if [ -n "$runs" ] && ! { [ "/proc/$pid/ns/mnt" -ef /proc/self/ns/mnt ] && [ "/proc/$pid/root" -ef / ]; }; then
    return 0
  fi
  if [ -z "$limited" ] || ! command -v flock >/dev/null; then
    # The file system may hang.
    return 0
  fi
  if line_of /proc/sys/kernel/random/boot_id; then printf "boot\\000%s\\000" "$value"; fi
  found=$({ look_at "$file" 2>/dev/null 5>&- 9<"$base/ctdb.conf" & } | timeout ${PATIENCE_S} cat)
  case $found in
    *"$nl"*) real=\${found#*"$nl"} found=\${found%%"$nl"*} ;;
    ?*) real= ;;
    *)
      echo "the file system of $file does not answer" >&2
      return 1
      ;;
  esac
  printf "stat\\000%s\\000path\\000%s\\000" "$found" "$real"
  # The mounts on the way to it, and who has locked it. A dot of the path stands for any character in a pattern: too many lines do no harm.
  inode=:none
  case $found in
    [0-9]*) inode=\${found#* } inode=:\${inode%% *} ;;
  esac
  set -- -e "$inode "
  case $real in
    "" | *[!A-Za-z0-9/._:@+,=~%-]*) ;;
    *)
      point=$real
      while [ -n "$point" ]; do
        set -- "$@" -e "^[^ ]* [^ ]* [^ ]* [^ ]* $point "
        point=\${point%/*}
      done
      set -- "$@" -e "^[^ ]* [^ ]* [^ ]* [^ ]* / "
      ;;
  esac
  lines=$(grep -h "$@" /proc/self/mountinfo /proc/locks)
  printf "lines\\000%s\\000" "$lines"
  set -f
  IFS=$nl
  set -- $lines
  unset IFS
  for line do
    case $line in
      *"$inode "*)
        set -- $line
        if line_of "/proc/$5/comm"; then printf "process\\000%s %s\\000" "$5" "$value"; fi
        ;;
    esac
  done
  set +f
  return 0
}
`
