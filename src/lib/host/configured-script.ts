/**
 * A part of the facts script: what says which addresses other programs set, as configured-addresses.ts reads it. Only of programs that have run
 * since the machine started, and of files that can be read; of each only the lines about addresses, as the others may be secret. It needs `limited`.
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

configured() {
  # Each makes this itself when it starts; the folder of it may come from elsewhere (tmpfiles.d, netplan).
  if [ -e /run/systemd/netif/state ]; then
    for file in /run/systemd/network/*.network; do
      # A file in /etc of the same name replaces it.
      if ! [ -e "/etc/systemd/network/\${file##*/}" ]; then set -- "$@" "$file"; fi
    done
    address_lines systemd-networkd "/^[[:blank:]]*[[]/p; /^[[:blank:]]*Address[[:blank:]]*=/p" \\
      /etc/systemd/network/*.network "$@" || return
  fi
  if [ -d /run/NetworkManager/devices ]; then
    address_lines NetworkManager "/^[[:blank:]]*[[]/p; /^[[:blank:]]*address[0-9]*[[:blank:]]*=/p; /^[[:blank:]]*autoconnect[[:blank:]]*=/p" \\
      /etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/* || return
  fi
  if [ -e /run/keepalived.pid ] || [ -e /run/keepalived/keepalived.pid ]; then
    address_lines keepalived "/virtual_ipaddress.*}/{p;b
}; /virtual_ipaddress/,/}/p" /etc/keepalived/keepalived.conf
  fi
}
`
