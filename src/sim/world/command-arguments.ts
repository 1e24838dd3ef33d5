import { formatIp, parseIp } from '../../lib/address/ip-text.ts'
import { type ConfiguredAddress, parsePublicAddress } from '../../lib/cluster/address-files.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { EVENTS } from '../daemon/event-scripts.ts'
import type { SimNode } from './sim-node.ts'
import type { World } from './world.ts'

/** The kinds of arguments, as the help describes them. */
export const ARGUMENT_KINDS = {
  NODE: 'a PNN, or "leader"',
  NODES: 'a list of PNNs, separated by commas',
  INTERFACE: 'an interface of the node',
  ADDRESS: 'an IP address',
  'ADDRESS/MASK': 'an IP address with its mask',
  EVENT: `one of ${EVENTS.join(', ')}`,
  'ok|fail|SECONDS': 'the behaviour of the scripts: normal, failing, or slower by this time',
  'up|down': 'the state of the cable',
  'shared|private|held':
    'which file is the cluster lock: a new one that all nodes share, one of its own for each node, or one that a process has locked that is no leader',
  'SECONDS|-SECONDS': 'a number of seconds, which may be negative',
  SECONDS: 'a number of seconds',
  MILLISECONDS: 'a number of milliseconds',
  PERCENT: 'a number from 0 to 90',
  TUNABLE: "a tunable's name",
  NUMBER: 'a whole number',
} as const
export type ArgumentKind = keyof typeof ARGUMENT_KINDS

/** The error for a command that does not fit the world. */
export const bad = (message: string): CtdbtsError => new CtdbtsError('BAD_COMMAND', message)

/** The node of an argument NODE. */
export function nodeOf(world: World, text: string | undefined): SimNode {
  const pnn = text === 'leader' ? world.leader : /^\d+$/.test(text ?? '') ? Number(text) : undefined
  if (text === 'leader' && pnn === undefined) throw bad('there is no leader at the moment')
  const node = pnn === undefined ? undefined : world.nodes[pnn]
  if (!node) throw bad(`there is no node ${text}: they are 0 to ${world.nodes.length - 1}, or "leader"`)
  return node
}

/** The number of an argument, from 0 to `max`. @param what the number's name in the error. */
export function numberOf(text: string | undefined, what: string, max: number): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text ?? '') || value > max) throw bad(`${JSON.stringify(text)} is not a ${what} (0 to ${max})`)
  return value
}

/** The canonical text of an argument ADDRESS. */
export function addressOf(text = ''): string {
  const ip = parseIp(text)
  if (!ip) throw bad(`${JSON.stringify(text)} is not an IP address`)
  return formatIp(ip)
}

/** The name of an argument INTERFACE, which the node must have. */
export function interfaceOf(world: World, node: SimNode, name = ''): string {
  const names = world.interfacesOf(node.pnn)
  if (!names.includes(name)) throw bad(`node ${node.pnn} has no interface ${name}: it has ${names.join(', ')}`)
  return name
}

/** The address of an argument ADDRESS/MASK, on an interface of the node. */
export const addressOn = (world: World, node: SimNode, text = '', name?: string): ConfiguredAddress =>
  parsePublicAddress(`${text} ${interfaceOf(world, node, name)}`, bad)
