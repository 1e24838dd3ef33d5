import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'

/** The programs that the lab runs, and their Debian packages. */
const PROGRAMS = {
  arping: 'iputils-arping',
  busybox: 'busybox',
  ctdbd: 'ctdb',
  ctdb: 'ctdb',
  ethtool: 'ethtool',
  ip: 'iproute2',
  iptables: 'iptables',
  nc: 'netcat-openbsd',
  ndisc6: 'ndisc6',
  nsenter: 'util-linux',
  python3: 'python3',
  setpriv: 'util-linux',
  socat: 'socat',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  sudo: 'sudo',
  sysctl: 'procps',
  unshare: 'util-linux',
} as const

/** What this machine lacks for a lab, each as a phrase that also says how to get it; empty if it can run a lab. */
export async function missingRequirements(): Promise<string[]> {
  const missing = Object.entries(PROGRAMS)
    .filter(([program]) => !onPath(program))
    .map(([program, aptPackage]) => `the program ${program} (apt-get install ${aptPackage})`)
  if (!existsSync('/proc/sys/net/ipv6')) missing.push('IPv6 in the kernel')
  if (process.getuid?.() !== 0) return [...missing, 'root (use sudo)']
  if (onPath('unshare') && !(await namespacesAllowed())) {
    missing.push('permission to create network and mount namespaces (in a container: run it privileged)')
  }
  return missing
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function namespacesAllowed(): Promise<boolean> {
  const { failed } = await execa('unshare', ['--net', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'], { reject: false })
  return !failed
}
