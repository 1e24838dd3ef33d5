import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** A node, as code outside of the harness sees it. */
export interface LabNode {
  readonly pnn: number
  /** The private address, where ctdbd and sshd listen. */
  readonly address: string
  /** The folder that contains the node's own folders; it can be reached from outside of its namespaces. */
  readonly directory: string
  /** The process that keeps the namespaces of the node alive; everything on the node runs in them. */
  readonly holderPid: number
}

/** Where another CTDB is installed (`make install DESTDIR=…`) that the nodes run; undefined for that of the machine. */
export const OTHER_CTDB = process.env.LAB_CTDB ? resolve(process.env.LAB_CTDB) : undefined

/** The folders that each node has for itself: the path inside the node, and the folder below {@link LabNode.directory}. */
export const MOUNTS = [
  ['/etc/ctdb', 'etc'],
  ['/var/lib/ctdb', 'lib'],
  ['/var/log/ctdb', 'log'],
  // All of /run, so that the machine itself does not get a /run/ctdb or /run/sshd.
  ['/run', 'run'],
] as const

/**
 * The files that root's shells read when they start, and that nodes must not have: bash reads .bashrc for each command that comes through
 * SSH, and what a developer has put there can take seconds, or wait for a lock that all nodes share.
 */
export const SHELL_STARTUP_FILES = ['.bashrc', '.bash_profile', '.bash_login', '.profile', '.zshenv'].map((name) =>
  join(userInfo().homedir, name),
)

export const privateAddress = (pnn: number): string => `10.99.0.${pnn + 1}`

/** The public addresses: one IPv4 and one IPv6 address for each node. The IPv6 addresses can move to a second interface. */
export const publicAddresses = (nodes: number): { readonly address: string; readonly line: string }[] =>
  Array.from({ length: nodes }, (_, index) => 131 + index).flatMap((last) => [
    { address: `10.99.1.${last}`, line: `10.99.1.${last}/24 eth1` },
    { address: `fd00:99:1::${last}`, line: `fd00:99:1::${last}/64 eth1,eth2` },
  ])

/**
 * The timers of a lab, in seconds. With CTDB's defaults, the lab would take 25 s to start, and half a minute to notice that a node is gone.
 */
export const TUNABLES = {
  // After a recovery, ctdbd waits for this time and 3 s more before it runs the event "startup".
  RerecoveryTimeout: 1,
  ElectionTimeout: 1,
  MonitorInterval: 2,
  KeepaliveInterval: 1,
  KeepaliveLimit: 3,
} as const

const CTDB_CONF = (lock: string): string => `[logging]
  location = file:/var/log/ctdb/log.ctdb
[cluster]
  cluster lock = ${lock}
  leader timeout = 2
[legacy]
  realtime scheduling = false
`

/** @param directory the folder of the node. */
export const sshdConfig = (directory: string, keys: string, address: string): string => `ListenAddress ${address}
HostKey ${keys}/host
AuthorizedKeysFile ${keys}/client.pub .ssh/authorized_keys
PidFile ${directory}/run/sshd.pid
UsePAM yes
# The keys are in the folder for temporary files, which everybody can write to.
StrictModes no
`

/** The cluster lock of a lab, as if on a file system of its own below a folder that all nodes have. */
export const lockPath = (labDirectory: string): string => join(labDirectory, 'shared/cluster/lock')

/** Writes the files that ctdbd and sshd of a node read, and creates the folders that they write to. */
export function writeNodeFiles(labDirectory: string, directory: string, pnn: number, nodes: number): void {
  const etc = join(directory, 'etc')
  for (const folder of ['run/ctdb', 'run/sshd', 'log', 'lib/volatile', 'lib/persistent', 'lib/state']) {
    mkdirSync(join(directory, folder), { recursive: true })
  }
  mkdirSync(dirname(lockPath(labDirectory)), { recursive: true })
  cpSync(join(OTHER_CTDB ?? '/', 'etc/ctdb'), etc, { recursive: true, verbatimSymlinks: true })
  // What another CTDB installs has no event scripts enabled: the nodes have those of the machine.
  if (OTHER_CTDB) {
    const scripts = 'events/legacy'
    rmSync(join(etc, scripts), { recursive: true, force: true })
    cpSync(join('/etc/ctdb', scripts), join(etc, scripts), { recursive: true, verbatimSymlinks: true })
  }
  const write = (name: string, text: string) => writeFileSync(join(etc, name), text)
  const lines = (list: readonly string[]) => list.map((line) => `${line}\n`).join('')
  write('nodes', lines(Array.from({ length: nodes }, (_, other) => privateAddress(other))))
  write('public_addresses', lines(publicAddresses(nodes).map(({ line }) => line)))
  write('ctdb.conf', CTDB_CONF(lockPath(labDirectory)))
  write('ctdb.tunables', lines(Object.entries(TUNABLES).map(([name, value]) => `${name}=${value}`)))
  write('script.options', 'CTDB_PARTIALLY_ONLINE_INTERFACES=yes\n')
  write('sshd_config', sshdConfig(directory, join(labDirectory, 'keys'), privateAddress(pnn)))
}
