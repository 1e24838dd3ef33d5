/**
 * A part of the facts script: what says which addresses other programs set, as configured-addresses.ts reads it. Only of programs that have run
 * since the machine started, and of files that can be read; of each only the lines about addresses and
 * whether they count, as the others may be secret. It needs `limited`.
 */
export const CONFIGURED_PART = `
address_lines() {
  by=$1 what=$2
  shift 2
  for file do
    if [ -f "$file" ] && [ -r "$file" ]; then
      printf "%s\\000%s\\000" "$by" "$file"
      $limited sed -n "$what" "$file" || return
      printf "\\000"
    fi
  done
}

# What makes sed print the names of sections, and the lines that set one of these.
printing() {
  printf "/^[[:blank:]]*[[]/p\\n"
  for key do printf "/^[[:blank:]]*%s[[:blank:]]*=/p\\n" "$key"; done
}

# The ifcfg files that are no copies, nor ranges of aliases.
ifcfg_lines() {
  by=$1
  set --
  for file in /etc/sysconfig/network-scripts/ifcfg-*; do
    case \${file##*/} in
      ifcfg-lo | *-range* | *.[!0-9]* | *[!A-Za-z0-9_.-]*) ;;
      *) set -- "$@" "$file" ;;
    esac
  done
  address_lines "$by" "$(printing "IPADDR[0-9]*" IPV6ADDR IPV6ADDR_SECONDARIES IPV6INIT BOOTPROTO ONBOOT NM_CONTROLLED \\
    MASTER MASTER_UUID BRIDGE BRIDGE_UUID TEAM_MASTER TEAM_MASTER_UUID)" "$@"
}

ifupdown_path() {
  case $file in /*) ;; *) file=$PWD/$file ;; esac
}

# The files of ifupdown that count: the first, and those that it and others name. What they name is relative to their folder, and may be patterns,
# but nothing in it is run. Nothing counts where ifupdown is told to leave interfaces alone.
ifupdown_lines() {
  if ! [ -f /etc/network/interfaces ] || ! [ -r /etc/network/interfaces ]; then return 0; fi
  if [ -r /etc/default/networking ]; then
    told=$($limited sed -n "/^[[:blank:]]*CONFIGURE_INTERFACES=.\\{0,1\\}no.\\{0,1\\}[[:blank:]]*$/p" /etc/default/networking)
    if [ -n "$told" ]; then return 0; fi
  fi
  set -- /etc/network/interfaces
  known="|$1|"
  at=0
  while [ "$at" -lt $# ] && [ "$at" -lt 200 ]; do
    at=$((at + 1))
    eval "from=\\\${$at}"
    if ! [ -f "$from" ] || ! [ -r "$from" ] || ! cd "\${from%/*}"; then continue; fi
    for file in $($limited sed -n "s/^[[:blank:]]*source[[:blank:]]//p" "$from"); do
      ifupdown_path
      case $known in *"|$file|"*) ;; *) known="$known$file|"; set -- "$@" "$file" ;; esac
    done
    for folder in $($limited sed -n "s/^[[:blank:]]*source-directory[[:blank:]]//p" "$from"); do
      for file in "\${folder%/}"/*; do
        ifupdown_path
        case $known,\${file##*/} in *"|$file|"* | *,*[!A-Za-z0-9_-]*) ;; *) known="$known$file|"; set -- "$@" "$file" ;; esac
      done
    done
  done
  # An interface may be named in one file, and have its addresses in another, or get those of another name by a mapping.
  named=$(for file do
    if [ -f "$file" ] && [ -r "$file" ]; then
      $limited sed -n "/^[[:blank:]]*auto[[:blank:]]/p; /^[[:blank:]]*allow-/p; /^[[:blank:]]*mapping[[:blank:]]/p" "$file"
    fi
  done)
  for file do
    if [ -f "$file" ] && [ -r "$file" ]; then
      printf "ifupdown\\000%s\\000%s\\n" "$file" "$named"
      $limited sed -n "/^[[:blank:]]*iface[[:blank:]]/p; /^[[:blank:]]*address[[:blank:]]/p" "$file" || return
      printf "\\000"
    fi
  done
}

configured() {
  # Each makes this itself when it starts; the folder of it may come from elsewhere (tmpfiles.d, netplan).
  if [ -e /run/systemd/netif/state ]; then
    for file in /run/systemd/network/*.network; do
      # A file in /etc of the same name replaces it.
      if ! [ -e "/etc/systemd/network/\${file##*/}" ]; then set -- "$@" "$file"; fi
    done
    address_lines systemd-networkd "$(printing Address Bond Unmanaged Host Virtualization KernelCommandLine KernelVersion Version \\
      Credential Architecture Firmware)" \\
      /etc/systemd/network/*.network "$@" || return
  fi
  if [ -d /run/NetworkManager/devices ]; then
    set --
    for file in /etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/*.nmconnection; do
      # Those that it ignores: copies of editors, certificates, files that are being written.
      case $file in
        *"~" | *.[Ss][Ww][Pp] | *.[Ss][Ww][Pp][Xx] | *.[Pp][Ee][Mm] | *.[Dd][Ee][Rr]) ;;
        *.[[:alnum:]][[:alnum:]][[:alnum:]][[:alnum:]][[:alnum:]][[:alnum:]]) ;;
        *) set -- "$@" "$file" ;;
      esac
    done
    address_lines NetworkManager "$(printing "address[0-9]*" autoconnect method slave-type port-type)" "$@" || return
    for plugin in /usr/lib*/NetworkManager/*/libnm-settings-plugin-ifcfg-rh.so; do
      if [ -e "$plugin" ]; then
        ifcfg_lines NetworkManager || return
        break
      fi
    done
  fi
  if [ -e /run/keepalived.pid ] || [ -e /run/keepalived/keepalived.pid ]; then
    address_lines keepalived "s/^\\([[:blank:]]*@[^[:blank:]]*[[:blank:]][[:blank:]]*vrrp_instance\\).*/\\1/p
/virtual_ipaddress.*}/{p;b
}; /virtual_ipaddress/,/}/p" /etc/keepalived/keepalived.conf || return
  fi
  if [ -e /var/lock/subsys/network ]; then ifcfg_lines network-scripts || return; fi
  if [ -e /run/network/ifstate ] || [ -e /run/network/ifstatenew ]; then ifupdown_lines; fi
}
`
