import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '../../support/program.ts'
import type { Lab } from './lab.ts'
import { childrenOf, nameOf } from './processes.ts'
import { untilHealthy } from './view.ts'
import { waitUntil } from './wait.ts'

/** The container in which ctdbd runs on each host. */
export const CONTAINER = 'ctdb'

/** The hosts of a lab whose ctdbd runs in a container of podman. They look as machines do: none sees processes of another. */
export interface ContainerHosts extends AsyncDisposable {
  /** The names by which the SSH configuration knows them, by PNN. */
  readonly names: readonly string[]
  readonly sshConfig: string
  /** Runs an argument vector on a host, outside of its container. */
  exec(pnn: number, argv: readonly string[], env?: Record<string, string>): Promise<RunResult>
}

const SSH_PORT = 2224

/**
 * Makes the mount namespace of a host in which podman keeps everything in the lab's folder. Parameter: that folder. `ip netns exec` hides the
 * cgroups of the machine, of whatever version; containers need none, but crun looks for them.
 */
const PREPARE = `set -e
mount --bind "$1/etc" /etc/containers
mount -t tmpfs none /sys/fs/cgroup
`

const storageConf = (folder: string): string => `[storage]
driver = "vfs"
graphroot = "${folder}/storage"
runroot = "${folder}/run"
`

// The limits are lower than the usual ones, which a machine may not grant.
const CONTAINERS_CONF = `[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:4096", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "crun"
`

/** What containers have of the machine besides /usr. */
const FILES = ['group', 'nsswitch.conf', 'passwd', 'protocols', 'services']
const LINKS = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin']

function writeHostFiles(folder: string): void {
  const root = join(folder, 'root')
  for (const name of ['etc', 'root/etc', 'root/usr', 'root/tmp', 'root/run', 'root/var']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  for (const name of FILES.filter((file) => existsSync(`/etc/${file}`))) copyFileSync(`/etc/${name}`, join(root, 'etc', name))
  for (const name of LINKS.filter((link) => lstatSync(`/${link}`, { throwIfNoEntry: false })?.isSymbolicLink())) {
    symlinkSync(readlinkSync(`/${name}`), join(root, name))
  }
  copyFileSync('/etc/containers/policy.json', join(folder, 'etc/policy.json'))
  writeFileSync(join(folder, 'etc/storage.conf'), storageConf(folder))
  writeFileSync(join(folder, 'etc/containers.conf'), CONTAINERS_CONF)
}

/** A container with the programs of the machine, the files of the node, and the network of its host. */
function runWords(lab: Lab, folder: string, options: readonly string[], command: readonly string[]): readonly string[] {
  const same = [lab.directory, ...['etc', 'var/lib', 'var/log', 'run'].map((folder) => `/${folder}/ctdb`)]
  const volumes = [...['/usr', '/etc/alternatives'].map((path) => `${path}:${path}:ro`), ...same.map((path) => `${path}:${path}`)]
  const fixed = ['--rootfs', '--privileged', '--network', 'host', '--no-hosts']
  const mounts = volumes.flatMap((volume) => ['-v', volume])
  return ['podman', 'run', ...options, ...fixed, ...mounts, join(folder, 'root'), ...command]
}

/** The first process of a container. `ctdbd --interactive` crashes there, at least that of 4.17: what it reads is no terminal. */
const FIRST = 'trap "ctdb shutdown" TERM; ctdbd; while pidof ctdbd >/dev/null; do sleep 0.2; done'

/** Why podman runs no container on this machine; undefined if it does. */
export function podmanRefusal(lab: Lab): string | undefined {
  const folder = lab.path(0, 'podman-trial')
  writeHostFiles(folder)
  const line = `${PREPARE}shift\nexec "$@"`
  const tried = ['unshare', '--mount', 'sh', '-c', line, 'sh', folder, ...runWords(lab, folder, ['--rm'], ['true'])]
  const [program = '', ...words] = lab.argv(0, tried)
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  return status === 0 ? undefined : stderr.trim() || `status ${status}`
}

/** Moves the ctdbd of each node into a container. Disposing moves them back, and leaves nothing that runs or is mounted. */
export async function startContainerHosts(lab: Lab): Promise<ContainerHosts> {
  const hosts = new Map<number, ChildProcess>()
  const exec: ContainerHosts['exec'] = async (pnn, argv, env = {}) => {
    const [init] = childrenOf(hosts.get(pnn)?.pid ?? 0)
    return await lab.exec(pnn, ['nsenter', '-t', String(init), '-m', '-u', '-p', '--', ...argv], { env })
  }
  const must = async (pnn: number, ...argv: string[]) => {
    const { status, stderr } = await exec(pnn, argv)
    if (status !== 0) throw new Error(`host ${pnn}: ${argv.join(' ')} failed with status ${status}: ${stderr}`)
  }
  const stop = async () => {
    await Promise.all([...hosts.keys()].map((pnn) => exec(pnn, ['podman', 'stop', '-t', '30', CONTAINER])))
    // With the first process of a PID namespace, all others end, and their mounts with them.
    await Promise.all([...hosts.values()].map(ended))
    await Promise.all(lab.pnns.map((pnn) => lab.startDaemon(pnn)))
    await untilHealthy(lab)
  }
  try {
    await Promise.all(lab.pnns.map((pnn) => lab.must(pnn, 'ctdb', 'shutdown')))
    await Promise.all(lab.pnns.map((pnn) => lab.untilDaemonEnds(pnn)))
    for (const pnn of lab.pnns) hosts.set(pnn, await startHost(lab, pnn))
    const options = ['-d', '--name', CONTAINER]
    await Promise.all(lab.pnns.map((pnn) => must(pnn, ...runWords(lab, folderOf(lab, pnn), options, ['sh', '-c', FIRST]))))
    await untilHealthy(lab)
  } catch (error) {
    await stop()
    throw error
  }
  return { names: lab.pnns.map(nameOfHost), sshConfig: writeSshConfig(lab), exec, [Symbol.asyncDispose]: stop }
}

const folderOf = (lab: Lab, pnn: number): string => lab.path(pnn, 'podman')

const nameOfHost = (pnn: number): string => `ceph${pnn + 1}`

async function startHost(lab: Lab, pnn: number): Promise<ChildProcess> {
  const folder = folderOf(lab, pnn)
  writeHostFiles(folder)
  const lines = readFileSync(lab.path(pnn, 'etc/sshd_config'), 'utf8')
  writeFileSync(join(folder, 'sshd_config'), `Port ${SSH_PORT}\n${lines.replace(/^PidFile .*/m, 'PidFile none')}`)
  const line = `${PREPARE}hostname "$2"\nexec /usr/sbin/sshd -D -f "$1/sshd_config"`
  const apart = ['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc']
  const [program = '', ...words] = lab.argv(pnn, [...apart, 'sh', '-c', line, 'sh', folder, nameOfHost(pnn)])
  const host = spawn(program, words, { stdio: 'ignore' })
  const lack = async () => {
    if (host.exitCode !== null) throw new Error(`it ended with status ${host.exitCode}`)
    return childrenOf(host.pid ?? 0).some((pid) => nameOf(pid) === 'sshd') ? undefined : 'it is being prepared'
  }
  await waitUntil(`the host of node ${pnn} has an sshd`, lack)
  return host
}

async function ended(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return
  const exit = once(host, 'exit')
  host.kill('SIGKILL')
  await exit
}

function writeSshConfig(lab: Lab): string {
  const file = join(lab.directory, 'podman_ssh_config')
  const known = join(lab.directory, 'podman_known_hosts')
  const key = readFileSync(join(lab.directory, 'keys/host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(known, lab.nodes.map(({ address }) => `[${address}]:${SSH_PORT} ${key}\n`).join(''))
  const hosts = lab.nodes.map(({ pnn, address }) => `Host ${nameOfHost(pnn)}\n  HostName ${address}\n`).join('')
  const all = [
    `Port ${SSH_PORT}`,
    'User root',
    `IdentityFile ${lab.sshKeyPath}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${known}`,
  ]
  writeFileSync(file, `${hosts}Host *\n${all.map((line) => `  ${line}\n`).join('')}`)
  return file
}
