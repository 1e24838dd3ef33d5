import { formatIp, parseIp } from '../address/ip-text.ts'
import { publicSocketAddress } from '../address/socket-address.ts'
import { type ConfiguredAddress, parsePublicAddress } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import { TUNABLES } from '../cluster/tunables.ts'
import { CtdbtsError } from '../errors.ts'
import type { ControlName, RequestOf } from '../node/control-types.ts'
import { EVENTS, type EventName } from '../node/event-scripts.ts'
import { begin } from '../process/wait.ts'
import type { SimNode } from './sim-node.ts'
import type { World } from './world.ts'

/** What an argument of a command may be; for the help, the completion and the check of it. */
export const ARGUMENT_KINDS = {
  NODE: 'a PNN, or "leader"',
  NODES: 'PNNs with commas between',
  INTERFACE: 'an interface of that node',
  ADDRESS: 'an IP address',
  'ADDRESS/MASK': 'an IP address with its mask',
  EVENT: `one of ${EVENTS.join(', ')}`,
  'ok|fail|SECONDS': 'how the script behaves: well, not at all, or so much slower',
  'up|down': 'whether the cable is in',
  SECONDS: 'a number of seconds',
  MILLISECONDS: 'a number of milliseconds',
  PERCENT: 'a number from 0 to 90',
  TUNABLE: "a tunable's name",
  NUMBER: 'a whole number',
} as const
export type ArgumentKind = keyof typeof ARGUMENT_KINDS

/** A thing that can be done to a world. */
export interface SimCommand {
  readonly name: string
  readonly takes: readonly ArgumentKind[]
  readonly summary: string
  /** @returns what does it. @throws CtdbtsError BAD_COMMAND for arguments that do not fit this world. */
  prepare(world: World, values: readonly string[]): () => void
}

const bad = (message: string): CtdbtsError => new CtdbtsError('BAD_COMMAND', message)

function nodeOf(world: World, text: string | undefined): SimNode {
  const pnn = text === 'leader' ? world.leader : /^\d+$/.test(text ?? '') ? Number(text) : undefined
  if (text === 'leader' && pnn === undefined) throw bad('there is no leader at the moment')
  const node = pnn === undefined ? undefined : world.nodes[pnn]
  if (!node) throw bad(`there is no node ${text}: they are 0 to ${world.nodes.length - 1}, or "leader"`)
  return node
}

function numberOf(text: string | undefined, what: string, max: number): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text ?? '') || value > max) throw bad(`${JSON.stringify(text)} is no ${what} (0 to ${max})`)
  return value
}

function addressOf(text = ''): string {
  const ip = parseIp(text)
  if (!ip) throw bad(`${JSON.stringify(text)} is not an IP address`)
  return formatIp(ip)
}

function interfaceOf(world: World, node: SimNode, name = ''): string {
  const names = world.interfacesOf(node.pnn)
  if (!names.includes(name)) throw bad(`node ${node.pnn} has no interface ${name}: it has ${names.join(', ')}`)
  return name
}

/** An address with its mask, for an interface of a node. */
const addressOn = (world: World, node: SimNode, text = '', name?: string): ConfiguredAddress =>
  parsePublicAddress(`${text} ${interfaceOf(world, node, name)}`, bad)

/** A command that does something to one node. */
const onNode = (name: string, summary: string, action: (node: SimNode, world: World) => void): SimCommand => ({
  name,
  takes: ['NODE'],
  summary,
  prepare: (world, [pnn]) => {
    const node = nodeOf(world, pnn)
    return () => action(node, world)
  },
})

/** What an administrator asks of a node's daemon. */
function control<N extends ControlName>({ pnn, daemon }: SimNode, name: N, request: RequestOf<N>): () => void {
  if (!daemon) throw bad(`no ctdbd runs on node ${pnn}`)
  return () => begin(daemon.control(DESTINATION.CURRENT_NODE, name, request))
}

/** A command that asks something of one node's daemon. */
const ofDaemon = (name: string, summary: string, prepare: (node: SimNode) => () => void): SimCommand => ({
  name,
  takes: ['NODE'],
  summary,
  prepare: (world, [pnn]) => prepare(nodeOf(world, pnn)),
})

const eachPair = (world: World, action: (a: Pnn, b: Pnn) => void): void => {
  for (const { pnn: a } of world.nodes) for (const { pnn: b } of world.nodes) if (a < b) action(a, b)
}

/** The line of a public addresses file for an address. */
const linesWithout = (text: string, address: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith(`${address}/`))

/** Everything that can be done to a world, in the words of scenarios, of the prompt, and of tests. */
export const SIM_COMMANDS: readonly SimCommand[] = [
  onNode('restart-network', 'restart the network service: addresses that are not in its configuration are gone', ({ host }) =>
    begin(host.restartNetwork()),
  ),
  {
    name: 'delete-address',
    takes: ['NODE', 'ADDRESS'],
    summary: 'take an address off by hand',
    prepare: (world, [pnn, text]) => {
      const { host } = nodeOf(world, pnn)
      const address = addressOf(text)
      return () => begin(host.deleteByHand(address))
    },
  },
  {
    name: 'add-address',
    takes: ['NODE', 'ADDRESS/MASK', 'INTERFACE'],
    summary: 'put an address on by hand, whoever owns it',
    prepare: (world, [pnn, text, name]) => {
      const node = nodeOf(world, pnn)
      const { address, maskBits } = addressOn(world, node, text, name)
      return () => begin(node.host.addByHand(name ?? '', address, maskBits))
    },
  },
  {
    name: 'link',
    takes: ['NODE', 'INTERFACE', 'up|down'],
    summary: 'plug a cable in, or pull it',
    prepare: (world, [pnn, name, state]) => {
      const node = nodeOf(world, pnn)
      if (state !== 'up' && state !== 'down') throw bad(`a link is up or down, not ${JSON.stringify(state)}`)
      const interfaceName = interfaceOf(world, node, name)
      return () => world.setLink(node.pnn, interfaceName, state === 'up')
    },
  },
  onNode('crash', 'power off, without a word to anybody', (node, world) => world.powerOff(node.pnn)),
  onNode('boot', 'power on, and start CTDB', (node, world) => world.powerOn(node.pnn)),
  onNode('kill', 'kill ctdbd (SIGKILL): its addresses stay on', (node) => node.kill()),
  onNode('start', 'start ctdbd', (node) => node.start()),
  onNode('hang', 'stop the daemons where they are (SIGSTOP)', (node) => node.hang()),
  onNode('resume', 'let them go on (SIGCONT)', (node) => node.resume()),
  {
    name: 'script',
    takes: ['NODE', 'EVENT', 'ok|fail|SECONDS'],
    summary: 'how the event scripts of a node fare from now on',
    prepare: (world, [pnn, event, behaviour]) => {
      const { scripts } = nodeOf(world, pnn)
      const name = EVENTS.find((each) => each === event)
      if (!name) throw bad(`there is no event ${event}: they are ${EVENTS.join(', ')}`)
      return scriptChange(scripts, name, behaviour)
    },
  },
  {
    name: 'part',
    takes: ['NODES'],
    summary: 'cut these nodes off from all others',
    prepare: (world, [list = '']) => {
      const side = new Set(list.split(',').map((pnn) => nodeOf(world, pnn).pnn))
      return () => eachPair(world, (a, b) => world.network.setPath(a, b, { parted: side.has(a) !== side.has(b) }))
    },
  },
  {
    name: 'heal',
    takes: [],
    summary: 'all nodes reach each other again',
    prepare: (world) => () => eachPair(world, (a, b) => world.network.setPath(a, b, { parted: false })),
  },
  {
    name: 'delay',
    takes: ['MILLISECONDS'],
    summary: 'what every packet takes from now on',
    prepare: (world, [text]) => {
      const delayMs = numberOf(text, 'number of milliseconds', 60_000)
      return () => eachPair(world, (a, b) => world.network.setPath(a, b, { delayMs }))
    },
  },
  {
    name: 'loss',
    takes: ['PERCENT'],
    summary: 'how many packets are lost from now on, and have to be sent again',
    prepare: (world, [text]) => {
      const lossPercent = numberOf(text, 'percentage', 90)
      return () => eachPair(world, (a, b) => world.network.setPath(a, b, { lossPercent }))
    },
  },
  ofDaemon('disable', 'as ctdb disable: it keeps running, and hosts nothing', (node) => control(node, 'disableNode', undefined)),
  ofDaemon('enable', 'as ctdb enable', (node) => control(node, 'enableNode', undefined)),
  ofDaemon('stop', 'as ctdb stop: it takes no part any more', (node) => control(node, 'stopNode', undefined)),
  ofDaemon('continue', 'as ctdb continue', (node) => control(node, 'continueNode', undefined)),
  {
    name: 'ban',
    takes: ['NODE', 'SECONDS'],
    summary: 'as ctdb ban',
    prepare: (world, [pnn, seconds]) => {
      const node = nodeOf(world, pnn)
      const timeSeconds = Math.max(1, Math.round(numberOf(seconds, 'number of seconds', 86_400)))
      return control(node, 'setBanState', { pnn: node.pnn, timeSeconds })
    },
  },
  ofDaemon('unban', 'as ctdb unban', (node) => control(node, 'setBanState', { pnn: node.pnn, timeSeconds: 0 })),
  {
    name: 'run',
    takes: [],
    summary: 'ask for a takeover run, as ctdb ipreallocate',
    prepare: (world) => {
      const asker = world.nodes.find(({ answers }) => answers)
      if (!asker) throw bad('no ctdbd runs anywhere')
      return () => asker.daemon?.send(DESTINATION.CONNECTED_NODES, SRVID.takeoverRun, { pnn: asker.pnn, replySrvid: 0n })
    },
  },
  {
    name: 'set',
    takes: ['TUNABLE', 'NUMBER'],
    summary: 'a tunable, on all nodes',
    prepare: (world, [name = '', text]) => {
      if (!TUNABLES.some((tunable) => tunable.name === name)) throw bad(`there is no tunable ${name}`)
      const value = Math.round(numberOf(text, 'value', 0xffff_ffff))
      return () => {
        for (const { daemon } of world.nodes) daemon?.tunables.set(name, value)
      }
    },
  },
  {
    name: 'file-add',
    takes: ['NODE', 'ADDRESS/MASK', 'INTERFACE'],
    summary: "a line in a node's public addresses file (ctdb reloadips reads it)",
    prepare: (world, [pnn, text = '', name]) => {
      const node = nodeOf(world, pnn)
      const { address, maskBits } = addressOn(world, node, text, name)
      return () => {
        const lines = linesWithout(node.files.publicAddresses, address)
        node.files.publicAddresses = [...lines, `${address}/${maskBits} ${name}`, ''].join('\n')
      }
    },
  },
  {
    name: 'file-remove',
    takes: ['NODE', 'ADDRESS'],
    summary: "take an address out of a node's public addresses file",
    prepare: (world, [pnn, text]) => {
      const node = nodeOf(world, pnn)
      const address = addressOf(text)
      return () => {
        node.files.publicAddresses = [...linesWithout(node.files.publicAddresses, address), ''].join('\n')
      }
    },
  },
  ofDaemon('reload', 'as ctdb reloadips on this node, without the takeover run', (node) =>
    control(node, 'reloadPublicIps', undefined),
  ),
  {
    name: 'delete-public-address',
    takes: ['NODE', 'ADDRESS'],
    summary: 'as ctdb delip',
    prepare: (world, [pnn, address]) => {
      const request = { address: publicSocketAddress(addressOf(address)), maskBits: 0, interfaceName: '' }
      const node = nodeOf(world, pnn)
      return control(node, 'deletePublicIp', request)
    },
  },
]

function scriptChange(scripts: SimNode['scripts'], event: EventName, behaviour: string | undefined): () => void {
  const slowMs = behaviour === 'ok' || behaviour === 'fail' ? 0 : 1000 * numberOf(behaviour, 'number of seconds', 3_600)
  return () => {
    if (behaviour === 'fail') scripts.failing.add(event)
    else scripts.failing.delete(event)
    scripts.slowMs.set(event, slowMs)
  }
}

/**
 * Finds the command that a line of words is.
 * @throws CtdbtsError BAD_COMMAND when there is none, or the number of arguments is not what it takes.
 */
export function parseSimCommand(line: string): { readonly command: SimCommand; readonly values: readonly string[] } {
  const [name = '', ...values] = line.trim().split(/\s+/)
  const command = SIM_COMMANDS.find((each) => each.name === name)
  if (!command) throw bad(`there is no command ${JSON.stringify(name)}`)
  if (values.length !== command.takes.length) throw bad(`it is: ${usageOf(command)}`)
  return { command, values }
}

/** `link NODE INTERFACE up|down` */
export const usageOf = ({ name, takes }: SimCommand): string => [name, ...takes].join(' ')

/**
 * Does to a world what a line says, and notes it in its log.
 * @throws CtdbtsError BAD_COMMAND, saying why; nothing was done then.
 */
export function carryOutLine(world: World, line: string): void {
  const { command, values } = parseSimCommand(line)
  const at = command.takes.indexOf('NODE')
  const pnn = at === -1 ? 0 : nodeOf(world, values[at]).pnn
  const carryOut = command.prepare(world, values)
  world.note(pnn, [command.name, ...values].join(' '))
  carryOut()
}
