import { execa } from 'execa'
import { privateAddress } from './node-files.ts'
import { kill } from './processes.ts'
import { waitUntil } from './wait.ts'

/** eth0 carries the private network, the others the public addresses. */
const INTERFACES = ['eth0', 'eth1', 'eth2'] as const
export type Interface = (typeof INTERFACES)[number]

/** The network namespace of a node. */
export const nodeNamespace = (labId: string, pnn: number): string => `${labId}-${pnn}`
/** The network namespace of the bridge. It is separate, so that the firewall and other bridges of the machine cannot interfere. */
export const switchNamespace = (labId: string): string => `${labId}-switch`
/** The end of a node's cable at the bridge. */
const switchPort = (pnn: number, name: Interface): string => `n${pnn}-${name}`

/** Creates the namespaces of the nodes and of the switch, and the cables between them. */
export async function createNetwork(labId: string, nodes: number): Promise<void> {
  const hub = switchNamespace(labId)
  await ip('netns', 'add', hub)
  await ip('-n', hub, 'link', 'add', 'br0', 'type', 'bridge')
  await ip('-n', hub, 'link', 'set', 'br0', 'up')
  await Promise.all(Array.from({ length: nodes }, (_, pnn) => createNode(labId, pnn)))
}

async function createNode(labId: string, pnn: number): Promise<void> {
  const node = nodeNamespace(labId, pnn)
  const hub = switchNamespace(labId)
  await ip('netns', 'add', node)
  // An address has to be usable at once, as CTDB checks for it right after adding it. There are no duplicates to detect.
  for (const which of ['default', 'all']) {
    await execa('ip', ['netns', 'exec', node, 'tee', `/proc/sys/net/ipv6/conf/${which}/accept_dad`], { input: '0' })
  }
  // All interfaces are connected to one switch, so each may answer only for its own addresses. Otherwise other nodes could learn the
  // private address on a cable that a test then pulls, and would not reach the node until they ask again.
  for (const [name, value] of Object.entries({ arp_ignore: '1', arp_announce: '2' })) {
    await execa('ip', ['netns', 'exec', node, 'tee', `/proc/sys/net/ipv4/conf/all/${name}`], { input: value })
  }
  for (const name of INTERFACES) {
    const port = switchPort(pnn, name)
    await ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', name, 'netns', node)
    await ip('-n', hub, 'link', 'set', port, 'master', 'br0', 'up')
  }
  await ip('-n', node, 'addr', 'add', `${privateAddress(pnn)}/24`, 'dev', 'eth0')
  for (const name of ['lo', ...INTERFACES]) await ip('-n', node, 'link', 'set', name, 'up')
}

/** Pulls or plugs a node's cable at the switch: the interface of the node loses its link, as with a real cable. */
export async function setCable(labId: string, pnn: number, name: Interface, state: 'plugged' | 'pulled'): Promise<void> {
  await ip('-n', switchNamespace(labId), 'link', 'set', switchPort(pnn, name), state === 'plugged' ? 'up' : 'down')
}

/** Connects a machine that is no node to the switch, with one interface, eth1. @returns its namespace, which goes with the lab. */
export async function addStranger(labId: string): Promise<string> {
  const stranger = `${labId}-stranger`
  await ip('netns', 'add', stranger)
  const hub = switchNamespace(labId)
  await ip('-n', hub, 'link', 'add', 'stranger', 'type', 'veth', 'peer', 'name', 'eth1', 'netns', stranger)
  await ip('-n', hub, 'link', 'set', 'stranger', 'master', 'br0', 'up')
  await ip('-n', stranger, 'link', 'set', 'eth1', 'up')
  return stranger
}

/** All named network namespaces of the machine. */
export async function listNamespaces(): Promise<string[]> {
  const listing = await ip('netns', 'list')
  return listing.split('\n').flatMap((line) => line.split(' ')[0] || [])
}

/** Kills all processes in a namespace, and removes it with its interfaces. */
export async function removeNamespace(namespace: string): Promise<void> {
  try {
    await waitUntil(`nothing runs in ${namespace}`, () => killAllIn(namespace), 10_000)
    await ip('netns', 'delete', namespace)
  } catch (error) {
    // Another process that cleans up may have been faster.
    if ((await listNamespaces()).includes(namespace)) throw error
  }
}

/** Has to be called until nothing is left, as a process may start another one before it ends. */
async function killAllIn(namespace: string): Promise<string | undefined> {
  const pids = await pidsIn(namespace)
  for (const pid of pids) kill(pid)
  return pids.length === 0 ? undefined : `still running: ${pids.join(', ')}`
}

async function pidsIn(namespace: string): Promise<number[]> {
  const listing = await ip('netns', 'pids', namespace)
  return listing.split('\n').filter(Boolean).map(Number)
}

async function ip(...argv: string[]): Promise<string> {
  const { stdout } = await execa('ip', argv)
  return stdout
}
