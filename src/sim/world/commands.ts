import { publicSocketAddress } from '../../lib/address/socket-address.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { TUNABLES } from '../../lib/cluster/tunables.ts'
import type { ControlName, RequestOf } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import { EVENTS, type EventName } from '../daemon/event-scripts.ts'
import { begin } from '../process/wait.ts'
import { LOCK_STATES } from './cluster-lock.ts'
import { type ArgumentKind, addressOf, addressOn, bad, interfaceOf, nodeOf, numberOf } from './command-arguments.ts'
import type { SimNode } from './sim-node.ts'
import type { World } from './world.ts'

/** A command of the simulator: a fault, or what an administrator does. */
export interface SimCommand {
  readonly name: string
  readonly takes: readonly ArgumentKind[]
  readonly summary: string
  /** @returns a function that carries it out. @throws CtdbtsError BAD_COMMAND for arguments that do not fit this world. */
  prepare(world: World, values: readonly string[]): () => void
}

/** A command that acts on one node. */
const onNode = (name: string, summary: string, action: (node: SimNode, world: World) => void): SimCommand => ({
  name,
  takes: ['NODE'],
  summary,
  prepare: (world, [pnn]) => {
    const node = nodeOf(world, pnn)
    return () => action(node, world)
  },
})

/** Sends a control to the node's daemon, as an administrator does. */
function control<N extends ControlName>({ pnn, daemon }: SimNode, name: N, request: RequestOf<N>): () => void {
  if (!daemon) throw bad(`no ctdbd runs on node ${pnn}`)
  return () => begin(daemon.control(DESTINATION.CURRENT_NODE, name, request))
}

/** A command that sends a control to one node's daemon. */
const ofDaemon = (name: string, summary: string, prepare: (node: SimNode) => () => void): SimCommand => ({
  name,
  takes: ['NODE'],
  summary,
  prepare: (world, [pnn]) => prepare(nodeOf(world, pnn)),
})

/** Two different nodes. */
function pairOf(world: World, one: string | undefined, other: string | undefined): readonly [Pnn, Pnn] {
  const [a, b] = [nodeOf(world, one).pnn, nodeOf(world, other).pnn]
  if (a === b) throw bad(`node ${a} has no connection to itself: name two nodes`)
  return [a, b]
}

/** A command that changes the paths between two nodes. */
const ofPair = (name: string, summary: string, action: (network: World['network'], a: Pnn, b: Pnn) => void): SimCommand => ({
  name,
  takes: ['NODE', 'NODE'],
  summary,
  prepare: (world, [one, other]) => {
    const [a, b] = pairOf(world, one, other)
    return () => action(world.network, a, b)
  },
})

const delayOf = (text: string | undefined): number => numberOf(text, 'number of milliseconds', 60_000)

const eachPair = (world: World, action: (a: Pnn, b: Pnn) => void): void => {
  for (const { pnn: a } of world.nodes) for (const { pnn: b } of world.nodes) if (a < b) action(a, b)
}

/** The lines of a public addresses file without those for an address. */
const linesWithout = (text: string, address: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith(`${address}/`))

/** The commands of scenarios, of the prompt and of tests. */
export const SIM_COMMANDS: readonly SimCommand[] = [
  onNode(
    'restart-network',
    'restart the network service, which removes all addresses that are not in its configuration',
    ({ host }) => begin(host.restartNetwork()),
  ),
  {
    name: 'delete-address',
    takes: ['NODE', 'ADDRESS'],
    summary: 'delete an address by hand',
    prepare: (world, [pnn, text]) => {
      const { host } = nodeOf(world, pnn)
      const address = addressOf(text)
      return () => begin(host.deleteByHand(address))
    },
  },
  {
    name: 'add-address',
    takes: ['NODE', 'ADDRESS/MASK', 'INTERFACE'],
    summary: 'add an address by hand, whoever owns it',
    prepare: (world, [pnn, text, name]) => {
      const node = nodeOf(world, pnn)
      const { address, maskBits } = addressOn(world, node, text, name)
      return () => begin(node.host.addByHand(name ?? '', address, maskBits))
    },
  },
  {
    name: 'link',
    takes: ['NODE', 'INTERFACE', 'up|down'],
    summary: 'plug in or pull a cable',
    prepare: (world, [pnn, name, state]) => {
      const node = nodeOf(world, pnn)
      if (state !== 'up' && state !== 'down') throw bad(`a link is up or down, not ${JSON.stringify(state)}`)
      const interfaceName = interfaceOf(world, node, name)
      return () => world.setLink(node.pnn, interfaceName, state === 'up')
    },
  },
  onNode('crash', 'cut the power', (node, world) => world.powerOff(node.pnn)),
  onNode('boot', 'turn the power on and start CTDB', (node, world) => world.powerOn(node.pnn)),
  onNode('kill', 'kill ctdbd (SIGKILL); its addresses stay in the kernel', (node) => node.kill()),
  onNode('start', 'start ctdbd', (node) => node.start()),
  onNode('hang', 'stop the daemons (SIGSTOP)', (node) => node.hang()),
  onNode('resume', 'continue the daemons (SIGCONT)', (node) => node.resume()),
  {
    name: 'pause',
    takes: ['NODE', 'SECONDS'],
    summary: 'stop the daemons for so long, as on a machine that is overloaded or swaps',
    prepare: (world, [pnn, text]) => {
      const node = nodeOf(world, pnn)
      const forMs = 1_000 * numberOf(text, 'number of seconds', 3_600)
      return () => {
        node.hang()
        world.clock.after(forMs, () => node.resume())
      }
    },
  },
  {
    name: 'script',
    takes: ['NODE', 'EVENT', 'ok|fail|SECONDS'],
    summary: 'set how the scripts of an event behave on a node',
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
      return () => eachPair(world, (a, b) => world.network.setPaths(a, b, { parted: side.has(a) !== side.has(b) }))
    },
  },
  {
    name: 'heal',
    takes: [],
    summary: 'connect all nodes again',
    prepare: (world) => () => eachPair(world, (a, b) => world.network.setPaths(a, b, { parted: false })),
  },
  ofPair('cut', 'cut the connection of two nodes', (network, a, b) => network.setPaths(a, b, { parted: true })),
  ofPair('cut-one-way', 'let nothing that the first node sends reach the second', (network, from, to) =>
    network.setPath(from, to, { parted: true }),
  ),
  ofPair('join', 'connect two nodes again', (network, a, b) => network.setPaths(a, b, { parted: false })),
  {
    name: 'delay-between',
    takes: ['NODE', 'NODE', 'MILLISECONDS'],
    summary: 'set the delay of the packets of two nodes to each other',
    prepare: (world, [one, other, text]) => {
      const [a, b] = pairOf(world, one, other)
      const delayMs = delayOf(text)
      return () => world.network.setPaths(a, b, { delayMs })
    },
  },
  {
    name: 'delay',
    takes: ['MILLISECONDS'],
    summary: 'set the delay of all packets',
    prepare: (world, [text]) => {
      const delayMs = delayOf(text)
      return () => eachPair(world, (a, b) => world.network.setPaths(a, b, { delayMs }))
    },
  },
  {
    name: 'clock',
    takes: ['NODE', 'SECONDS|-SECONDS'],
    summary: "set the clock of a node so far ahead, or behind; ctdbd's timers follow it",
    prepare: (world, [pnn, text = '']) => {
      const node = nodeOf(world, pnn)
      const size = numberOf(text.replace(/^-/, ''), 'number of seconds', 86_400)
      return () => node.clock.set(1_000 * (text.startsWith('-') ? -size : size))
    },
  },
  {
    name: 'lock',
    takes: ['shared|private|held'],
    summary: 'replace the file of the cluster lock; the leader notices it within 5 s',
    prepare: (world, [text]) => {
      const state = LOCK_STATES.find((each) => each === text)
      if (!state) throw bad(`a cluster lock is ${LOCK_STATES.join(', ')}, not ${JSON.stringify(text)}`)
      return () => world.lock.replace(state)
    },
  },
  {
    name: 'loss',
    takes: ['PERCENT'],
    summary: 'set how many packets are lost and retransmitted',
    prepare: (world, [text]) => {
      const lossPercent = numberOf(text, 'percentage', 90)
      return () => eachPair(world, (a, b) => world.network.setPaths(a, b, { lossPercent }))
    },
  },
  ofDaemon('disable', 'like ctdb disable: the node keeps running, but hosts no addresses', (node) =>
    control(node, 'disableNode', undefined),
  ),
  ofDaemon('enable', 'like ctdb enable', (node) => control(node, 'enableNode', undefined)),
  ofDaemon('stop', 'like ctdb stop: the node leaves the cluster', (node) => control(node, 'stopNode', undefined)),
  ofDaemon('continue', 'like ctdb continue', (node) => control(node, 'continueNode', undefined)),
  {
    name: 'ban',
    takes: ['NODE', 'SECONDS'],
    summary: 'like ctdb ban',
    prepare: (world, [pnn, seconds]) => {
      const node = nodeOf(world, pnn)
      const timeSeconds = Math.max(1, Math.round(numberOf(seconds, 'number of seconds', 86_400)))
      return control(node, 'setBanState', { pnn: node.pnn, timeSeconds })
    },
  },
  ofDaemon('unban', 'like ctdb unban', (node) => control(node, 'setBanState', { pnn: node.pnn, timeSeconds: 0 })),
  {
    name: 'run',
    takes: [],
    summary: 'ask for a takeover run, like ctdb ipreallocate',
    prepare: (world) => {
      const asker = world.nodes.find(({ answers }) => answers)
      if (!asker) throw bad('no ctdbd runs anywhere')
      return () => asker.daemon?.send(DESTINATION.CONNECTED_NODES, messages.takeoverRun, { pnn: asker.pnn, replySrvid: 0n })
    },
  },
  {
    name: 'set',
    takes: ['TUNABLE', 'NUMBER'],
    summary: 'set a tunable on all nodes',
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
    summary: "add an address to a node's public addresses file; ctdb reloadips reads it",
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
    summary: "remove an address from a node's public addresses file",
    prepare: (world, [pnn, text]) => {
      const node = nodeOf(world, pnn)
      const address = addressOf(text)
      return () => {
        node.files.publicAddresses = [...linesWithout(node.files.publicAddresses, address), ''].join('\n')
      }
    },
  },
  ofDaemon('reload', 'like ctdb reloadips on this node, without the takeover run', (node) =>
    control(node, 'reloadPublicIps', undefined),
  ),
  {
    name: 'delete-public-address',
    takes: ['NODE', 'ADDRESS'],
    summary: 'like ctdb delip',
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
 * Parses a command line.
 * @throws CtdbtsError BAD_COMMAND for an unknown command or a wrong number of arguments.
 */
export function parseSimCommand(line: string): { readonly command: SimCommand; readonly values: readonly string[] } {
  const [name = '', ...values] = line.trim().split(/\s+/)
  const command = SIM_COMMANDS.find((each) => each.name === name)
  if (!command) throw bad(`there is no command ${JSON.stringify(name)}`)
  if (values.length !== command.takes.length) throw bad(`usage: ${usageOf(command)}`)
  return { command, values }
}

/** `link NODE INTERFACE up|down` */
export const usageOf = ({ name, takes }: SimCommand): string => [name, ...takes].join(' ')

/**
 * Carries out a command line and logs it.
 * @throws CtdbtsError BAD_COMMAND without having changed anything.
 */
export function carryOutLine(world: World, line: string): void {
  const { command, values } = parseSimCommand(line)
  const at = command.takes.indexOf('NODE')
  const pnn = at === -1 ? 0 : nodeOf(world, values[at]).pnn
  const carryOut = command.prepare(world, values)
  world.note(pnn, [command.name, ...values].join(' '))
  carryOut()
}
