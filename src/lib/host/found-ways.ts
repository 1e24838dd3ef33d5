import { KNOWN_SOCKETS } from '../cluster/paths.ts'
import type { Discovery, FoundContainer, FoundProcess, FoundSocket } from './parse-discovery.ts'
import { CTDB_BASE } from './shell-parts.ts'

/** How to reach a daemon that was found on a host: what config.toml has to say of its node. */
export interface FoundWay {
  /** What was found, in one line: `ctdbd (PID 812) in the container smb of podman`. */
  readonly what: string
  /** What else is to be known. */
  readonly remarks: readonly string[]
  /** The command that reaches it. */
  readonly run?: readonly string[]
  readonly network?: 'host'
  readonly socket?: string
  readonly 'config-dir'?: string
  /** Of its node, if it is known. */
  readonly privateAddress?: string | undefined
  /** Its connections to other nodes, if a process was found. Both ends of one have the same text for it. */
  readonly connections?: readonly string[]
}

/** The ways to the daemons on a host. Sockets on the host count only where no process was found. */
export function foundWays(found: Discovery): FoundWay[] {
  if (found.processes.length === 0) return found.sockets.map(wayBySocket)
  return found.processes.map((process) => {
    const { privateAddress, connections } = process
    return { ...wayTo(process, found), privateAddress, connections }
  })
}

const isKnown = (path: string): boolean => KNOWN_SOCKETS.some((known) => known === path)

const isPath = (text: string): boolean => text.startsWith('/')

type PartialWay = Omit<FoundWay, 'privateAddress' | 'connections'>

function wayTo(process: FoundProcess, found: Discovery): PartialWay {
  const { pid, mnt, net } = process
  const isOwnNetwork = net === found.net || net === '' || found.net === ''
  const onHost = mnt === '' || mnt === found.mnt
  const container = found.containers.find((each) => each.mnt === mnt && isCommand(each))
  const way =
    (!onHost && container && inContainer(process, container, isOwnNetwork)) ||
    (onHost || process.outside !== '' ? onMounts(process, isOwnNetwork, onHost) : inNamespaces(process, found, isOwnNetwork))
  return { ...way, what: `ctdbd (PID ${pid}) ${way.what}` }
}

/** Whether a container can be named on a command line: a machine may print anything. */
const isCommand = ({ tool, name }: FoundContainer): boolean => (tool === 'podman' || tool === 'docker') && isWord(name)

/** Whether a program cannot take a name for an option, or for nothing. */
const isWord = (name: string): boolean => name !== '' && !name.startsWith('-')

const inContainer = (process: FoundProcess, { tool, name }: FoundContainer, isOwnNetwork: boolean): PartialWay => ({
  what: `in the container ${name} of ${tool}`,
  remarks: process.outside === '' ? [] : [`its socket on the host: ${process.outside}`],
  run: [tool, 'exec', '-i', name],
  ...(isOwnNetwork && { network: 'host' }),
  ...inside(process),
})

/** A daemon whose files are seen on the host; it may have another root folder, and a network of its own. */
function onMounts(process: FoundProcess, isOwnNetwork: boolean, onHost: boolean): PartialWay {
  const { root, outside: seen, outsideEtc } = process
  const isRooted = onHost && root !== '/' && root !== ''
  const network = isOwnNetwork ? undefined : networkOf(process)
  const where = [!onHost && 'in a container of cephadm', network?.where, isRooted && `with the root folder ${root}`].filter(
    (part) => typeof part === 'string',
  )
  const files = !onHost || isRooted ? outside({ path: seen, etc: outsideEtc }) : inside(process)
  return {
    what: where.join(', ') || 'on the host itself',
    remarks: network?.remarks ?? [],
    ...(network && { run: network.run }),
    ...files,
  }
}

/** How to enter only the network of a process. */
const networkOf = ({ netns, pid }: FoundProcess) =>
  !isWord(netns)
    ? { where: 'in a network namespace without a name', run: ['nsenter', '-t', String(pid), '-n', '--'], remarks: [ANOTHER_PID] }
    : { where: `in the network namespace ${netns}`, run: ['ip', 'netns', 'exec', netns], remarks: [] }

const ANOTHER_PID = 'the PID changes when ctdbd is started again; then run discover again'
const KUBECTL = 'from a machine with kubectl: run = ["kubectl", "exec", "-i", "-n", NAMESPACE, "{node}", "-c", CONTAINER, "--"]'

function inNamespaces(process: FoundProcess, found: Discovery, isOwnNetwork: boolean): PartialWay {
  const isPod = process.cgroup.includes('kubepods')
  return {
    what: isPod ? `in the pod ${process.inner}` : 'in namespaces of its own',
    remarks: [...(found.processes.length > 1 ? [ANOTHER_PID] : []), ...(isPod ? [KUBECTL] : [])],
    run: enter(process, found),
    ...(isOwnNetwork && { network: 'host' }),
    ...inside(process),
  }
}

/** Enters all namespaces. A single ctdbd is found again by its name, after it was started again. */
const enter = ({ pid }: FoundProcess, { processes }: Discovery): readonly string[] =>
  processes.length === 1
    ? ['sh', '-c', 'exec nsenter -t "$(pidof -s ctdbd)" -m -u -i -n -p -- "$@"', 'sh']
    : ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--']

/** Names as they are where the daemon runs; those in a usual place are found without. */
const inside = ({ socket, etc }: FoundProcess): Partial<FoundWay> => ({
  ...(isPath(socket) && !isKnown(socket) && { socket }),
  ...(isPath(etc) && etc !== CTDB_BASE && { 'config-dir': etc }),
})

const outside = ({ path, etc }: FoundSocket): Partial<FoundWay> => ({
  ...(isPath(path) && !isKnown(path) && { socket: path }),
  ...(isPath(etc) && { 'config-dir': etc }),
})

const wayBySocket = (socket: FoundSocket): FoundWay => ({
  what: `a socket at ${socket.path}; its ctdbd was not found`,
  remarks: [],
  ...outside(socket),
})
