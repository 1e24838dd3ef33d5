import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import type { Host } from '../world/host.ts'
import { type CommandOptions, runOk } from './command.ts'
import { configuredAddress, NetnsHost, type NetnsInterface } from './host.ts'
import { addNamespace, deleteNamespace, nodeNamespace, setParameter, switchNamespace } from './namespaces.ts'
import { requireNetns } from './requirements.ts'

/** The limit of the real script. */
const LOCK_TIMEOUT_MS = 30_000

const BRIDGE = 'br0'

interface NetnsNode {
  /** Its interfaces, with the addresses of their own configuration as CIDR: `{ name: 'eth0', addresses: ['10.99.0.1/24'] }`. */
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[]
}

export interface NetnsOptions {
  /** The prefix of the namespaces' names: `ctdbts-sim-<pid>`, so that those of a killed simulation can be found. */
  readonly name: string
  /** By PNN. */
  readonly nodes: readonly NetnsNode[]
  /** For the locks: `<stateDirectory>/<PNN>/<interface>.flock`. Created when it does not exist, and not deleted. */
  readonly stateDirectory: string
  /** Linux' setting `promote_secondaries`; false unless given. */
  readonly promoteSecondaries?: boolean
  /** How long a change of an interface waits for another change; 30 s unless given. */
  readonly lockTimeoutMs?: number
}

/** Nodes in network namespaces. Disposal cancels running operations, whose waits fail, and deletes the namespaces. It may be repeated. */
export interface NetnsCluster extends AsyncDisposable {
  /** By PNN. */
  readonly hosts: readonly Host[]
  /** The names of the namespaces by PNN, for `ip netns exec`. */
  readonly namespaces: readonly string[]
}

/**
 * Makes one namespace per node, and one with a bridge to which all their interfaces are connected.
 * @throws CtdbtsError NETNS_ROOT when this is not root on Linux, NETNS_TOOLS when a program is missing, NETNS_FAILED with what a command
 * said when it fails. Nothing is left then.
 */
export async function createNetns(options: NetnsOptions): Promise<NetnsCluster> {
  await requireNetns()
  const made: string[] = []
  try {
    return await makeCluster(options, made)
  } catch (error) {
    // The first error matters more than one of the cleanup.
    await deleteAll(made).catch(() => {})
    throw error
  }
}

/** @param made gets the names of the created namespaces, so that the cleanup does not delete namespaces of other programs. */
async function makeCluster(options: NetnsOptions, made: string[]): Promise<NetnsCluster> {
  const { name, nodes, stateDirectory, promoteSecondaries = false, lockTimeoutMs = LOCK_TIMEOUT_MS } = options
  const controller = new AbortController()
  const { signal } = controller
  const hub = switchNamespace(name)
  await addNamespace(hub)
  made.push(hub)
  await runOk(['ip', '-n', hub, 'link', 'add', 'name', BRIDGE, 'type', 'bridge'])
  await runOk(['ip', '-n', hub, 'link', 'set', 'dev', BRIDGE, 'up'])

  const makeNode = async ({ interfaces }: NetnsNode, pnn: number): Promise<NetnsHost> => {
    const namespace = nodeNamespace(name, pnn)
    await addNamespace(namespace)
    made.push(namespace)
    // The port is not named after the interface: with the node's number, the name might be too long.
    const wired = interfaces.map((one, index): NetnsInterface => ({ ...one, port: `n${pnn}-${index}` }))
    await setUpNode(namespace, hub, { interfaces: wired, promoteSecondaries, signal })
    const lockDirectory = join(stateDirectory, String(pnn))
    makeFolder(lockDirectory)
    return new NetnsHost({ namespace, hub, interfaces: wired, lockDirectory, lockTimeoutMs, signal })
  }
  const underWay = nodes.map(makeNode)
  const hosts = await Promise.all(underWay).catch(async (error: unknown) => {
    controller.abort()
    // The cleanup must not run while nodes are still being set up.
    await Promise.allSettled(underWay)
    throw error
  })

  let disposal: Promise<void> | undefined
  const dispose = async () => {
    controller.abort()
    await deleteAll(made)
  }
  return {
    hosts,
    namespaces: nodes.map((_, pnn) => nodeNamespace(name, pnn)),
    [Symbol.asyncDispose]: () => {
      disposal ??= dispose()
      return disposal
    },
  }
}

interface NodeSetup extends CommandOptions {
  readonly interfaces: readonly NetnsInterface[]
  readonly promoteSecondaries: boolean
}

async function setUpNode(namespace: string, hub: string, { interfaces, promoteSecondaries, signal }: NodeSetup): Promise<void> {
  const ip = (...argv: string[]) => runOk(['ip', '-n', namespace, ...argv], { signal })
  // Before the interfaces are created, because they inherit these settings. A new namespace may have the machine's IPv4 settings.
  for (const which of ['default', 'all']) {
    await setParameter(namespace, `net/ipv4/conf/${which}/promote_secondaries`, promoteSecondaries ? '1' : '0', { signal })
    // An address must be usable at once, because CTDB checks it right after adding it. The kernel may not have IPv6.
    if (existsSync('/proc/sys/net/ipv6')) await setParameter(namespace, `net/ipv6/conf/${which}/accept_dad`, '0', { signal })
  }
  await ip('link', 'set', 'dev', 'lo', 'up')
  for (const { name, addresses, port } of interfaces) {
    const peer = ['peer', 'name', name, 'netns', namespace]
    await runOk(['ip', '-n', hub, 'link', 'add', 'name', port, 'type', 'veth', ...peer], { signal })
    await runOk(['ip', '-n', hub, 'link', 'set', 'dev', port, 'master', BRIDGE, 'up'], { signal })
    await ip('link', 'set', 'dev', name, 'up')
    for (const address of addresses) await ip('addr', 'add', ...configuredAddress(address), 'dev', name)
  }
}

/** Deletes as many as possible. @throws the first failure, at the end. */
async function deleteAll(namespaces: readonly string[]): Promise<void> {
  const results = await Promise.allSettled(namespaces.map(deleteNamespace))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
