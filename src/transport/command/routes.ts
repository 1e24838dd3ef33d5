import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type HostAccess, type HostRoute, LOCALLY, THIS_MACHINE } from '../host-access.ts'
import { localHost } from '../local/host.ts'
import { NodeMachine } from '../node-machine.ts'
import type { CommandMachine, CommandRoute } from '../running-command.ts'
import type { Network } from '../ways.ts'
import { PrefixedMachine, type PrefixOptions } from './prefixed-machine.ts'

/** What stands in a prefix for the name of a node, and for its number. */
export const NODE_PLACEHOLDER = '{node}'
export const INDEX_PLACEHOLDER = '{index}'

/** Whether the words of a prefix lead to a certain node, wherever they run. */
export const namesNode = (run: readonly string[]): boolean =>
  run.some((word) => word.includes(NODE_PLACEHOLDER) || word.includes(INDEX_PLACEHOLDER))

/** How a node is reached, and what is known of it in advance. */
export interface NodeWay {
  /** The words before each command; without any, commands run directly on the machine. */
  readonly run?: readonly [string, ...string[]] | undefined
  /** Whether these words, or the commands, run on this machine rather than on the node's host, which SSH reaches. */
  readonly isHere: boolean
  /** Which kernel has the node's addresses: the one that commands see behind the prefix, or that of the machine on which the prefix runs. */
  readonly network?: Network | undefined
  /** Path of ctdbd's socket. */
  readonly socketPath?: string | undefined
  /** The folder of CTDB's configuration. */
  readonly configFolder?: string | undefined
}

/** A node with a way of its own. */
export interface NamedNode extends NodeWay {
  /** `[user@]host[:port]`, or its name in the prefix; by default its private address. */
  readonly host?: string | undefined
}

/** The hosts that SSH reaches. */
export interface SshHosts {
  /** Those of the nodes to start with whose way leads over SSH, in their order. */
  readonly entries: readonly CommandRoute[]
  /** @param through the connection to one of the entries, if there is one. */
  readonly routeTo: (privateAddress: string, through: HostAccess | undefined) => CommandRoute
}

export interface NodeRouteOptions extends Pick<PrefixOptions, 'sudo' | 'connectTimeoutMs' | 'onNotice'> {
  /** Names of the nodes to start with. Without any, the way leads to one node. */
  readonly hosts: readonly string[]
  /** The way to a node that has none of its own. */
  readonly way: NodeWay
  /** Private address → the node there. */
  readonly nodes: Readonly<Record<string, NamedNode>>
  /** Needed where any way leads over SSH. */
  readonly ssh?: SshHosts | undefined
}

/** Routes to the nodes of a cluster. */
export interface NodeRoutes {
  readonly entries: readonly HostRoute[]
  /** Absent when only the entries can be reached. */
  readonly routeTo?: (privateAddress: string, through: HostAccess, pnn?: Pnn) => HostRoute
}

/** Programs that hand their words to a shell on the other side, joined with blanks. */
const REMOTE_SHELLS = new Set(['ssh', 'rsh'])

/** The way to one of the nodes to start with: its own, if `nodes` has it, by its host or its private address. */
export const wayToHost = (host: string, { way, nodes }: Pick<NodeRouteOptions, 'way' | 'nodes'>): NodeWay =>
  Object.entries(nodes).find(([address, node]) => (node.host ?? address) === host)?.[1] ?? way

/** Whether a way leads to one node, whichever is meant: a prefix on this machine without a placeholder. */
const isSingle = ({ run = [], isHere }: { readonly run?: readonly string[] | undefined; readonly isHere: boolean }): boolean =>
  isHere && !namesNode(run)

/**
 * The routes to the nodes of a cluster, each directly, over SSH, through a command, or both. Runs nothing yet.
 * @throws CtdbtsError USAGE for a name that begins with `-`.
 */
export function nodeRoutes(options: NodeRouteOptions): NodeRoutes {
  const { hosts, way, nodes, ssh } = options
  const overSsh = [...(ssh?.entries ?? [])]
  const entries = hosts.map((host, index) => {
    const own = wayToHost(host, options)
    // If the prefix leads to one node only, it does so under any name.
    if (own === way && isSingle(way)) return undefined
    return own.isHere ? routeHere(host, own, index, options) : routeOver(overSsh.shift(), own, index, options)
  })
  const named = entries.filter((entry) => entry !== undefined)
  const leadsOn = !isSingle(way) || Object.keys(nodes).length > 0
  return {
    entries: named.length < hosts.length || hosts.length === 0 ? [...named, single(options)] : named,
    ...(leadsOn && { routeTo: (address, through, pnn) => routeToNode(address, through, pnn, options) }),
  }
}

const single = (options: NodeRouteOptions): HostRoute =>
  routeHere(options.way.run?.join(' ') ?? THIS_MACHINE, options.way, undefined, options)

function routeToNode(address: string, through: HostAccess, pnn: Pnn | undefined, options: NodeRouteOptions): HostRoute {
  const { way, nodes, ssh } = options
  const node = Object.hasOwn(nodes, address) ? nodes[address] : undefined
  const own = node ?? way
  const name = node?.host ?? address
  if (!own.isHere) return routeOver(ssh?.routeTo(address, sshOf(through)), own, pnn, options)
  if (!node && isSingle(way)) return noRoute(address)
  return routeHere(name, own, pnn, options)
}

const noRoute = (address: string): HostRoute => ({
  name: address,
  reach: async () => {
    throw new CtdbtsError('NO_WAY', `no way to the node ${address} is configured: the command leads to one node only`, {
      hint: 'say how to reach it in [clusters.NAME.nodes], or use {node} or {index} in the command',
    })
  },
})

/** The connection over SSH behind an access to one of the entries, which are ours. */
function sshOf(access: HostAccess): HostAccess | undefined {
  const machine = access instanceof NodeMachine ? access.access : access
  const host = machine instanceof PrefixedMachine ? machine.from : machine
  return host.name === LOCALLY ? undefined : host
}

function routeHere(name: string, way: NodeWay, index: Pnn | undefined, options: NodeRouteOptions): HostRoute {
  // It would be an option of the program.
  if (name.startsWith('-')) throw new CtdbtsError('USAGE', `${JSON.stringify(name)} is not the name of a node`)
  return { name, reach: async () => machineOn(localHost(), way, name, index, options) }
}

function routeOver(route: CommandRoute | undefined, way: NodeWay, index: Pnn | undefined, options: NodeRouteOptions): HostRoute {
  if (!route) throw new CtdbtsError('NO_WAY', 'there is no SSH connection to go through')
  const { name, reach } = route
  return { name, reach: async () => machineOn(await reach(), way, name, index, options) }
}

function machineOn(
  host: CommandMachine,
  way: NodeWay,
  name: string,
  index: Pnn | undefined,
  options: NodeRouteOptions,
): HostAccess {
  const { run, network, socketPath, configFolder, isHere } = way
  const { sudo, connectTimeoutMs, onNotice } = options
  const prefix = run && prefixFor(run, name, index)
  // On a host that SSH reaches, the prefix itself needs root more often than what it runs.
  const access = prefix
    ? new PrefixedMachine({ from: host, prefix, passes: passesOf(prefix), sudo: sudo && isHere, connectTimeoutMs, onNotice })
    : host
  const kernel = network === 'host' && access !== host ? host : undefined
  const expectedPnn = run?.some((word) => word.includes(INDEX_PLACEHOLDER)) ? index : undefined
  const isKnown = [kernel, socketPath, configFolder, expectedPnn].some((setting) => setting !== undefined)
  return isKnown ? new NodeMachine(access, { kernel, socketPath, configFolder, expectedPnn }) : access
}

/** What a prefix does with the words after it: see {@link PrefixOptions.passes}. */
export const passesOf = ([program]: PrefixOptions['prefix']): PrefixOptions['passes'] =>
  REMOTE_SHELLS.has(program.split('/').at(-1) ?? '') ? 'line' : 'words'

/** @throws CtdbtsError NO_WAY for {index} if the number of the node is not known. */
function prefixFor([program, ...words]: PrefixOptions['prefix'], node: string, index: Pnn | undefined): [string, ...string[]] {
  const filled = words.map((word) => {
    // Not one after the other: a name may contain the other placeholder.
    return word.replaceAll(/\{(node|index)\}/g, (_, placeholder: string) => {
      if (placeholder === 'node') return node
      if (index !== undefined) return String(index)
      throw new CtdbtsError('NO_WAY', `the number of the node ${node} is not known, so ${INDEX_PLACEHOLDER} cannot stand for it`)
    })
  })
  return [program, ...filled]
}
