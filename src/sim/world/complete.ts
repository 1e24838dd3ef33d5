import { TUNABLES } from '../../lib/cluster/tunables.ts'
import { EVENTS } from '../daemon/event-scripts.ts'
import { LOCK_STATES } from './cluster-lock.ts'
import type { ArgumentKind } from './command-arguments.ts'
import { SIM_COMMANDS } from './commands.ts'
import type { World } from './world.ts'

/** The completions of the last word of an incomplete line. After a space, all possible next words. */
export function completeSimLine(world: World, line: string): { readonly word: string; readonly candidates: readonly string[] } {
  const words = line.trimStart().split(/\s+/)
  const word = words.at(-1) ?? ''
  const candidates =
    words.length === 1 ? SIM_COMMANDS.map(({ name }) => name) : argumentsOf(world, words[0] ?? '', words.length - 2, words[1])
  return { word, candidates: candidates.filter((candidate) => candidate.startsWith(word)) }
}

function argumentsOf(world: World, name: string, index: number, node: string | undefined): readonly string[] {
  const kind = SIM_COMMANDS.find((command) => command.name === name)?.takes[index]
  return kind ? VALUES[kind](world, node === 'leader' ? (world.leader ?? 0) : Number(node)) : []
}

const addresses = (world: World): string[] => [
  ...new Set(world.nodes.flatMap(({ daemon }) => daemon?.publicIps.known().map(({ address }) => address.address) ?? [])),
]

const pnns = (world: World): string[] => world.nodes.map(({ pnn }) => String(pnn))

/** Possible values of an argument in this world; `pnn` is the node, for interfaces. */
const VALUES: Record<ArgumentKind, (world: World, pnn: number) => readonly string[]> = {
  NODE: (world) => [...pnns(world), 'leader'],
  NODES: pnns,
  INTERFACE: (world, pnn) => world.interfacesOf(pnn),
  ADDRESS: addresses,
  'ADDRESS/MASK': (world) => addresses(world).map((address) => `${address}/${address.includes(':') ? 64 : 24}`),
  EVENT: () => EVENTS,
  'ok|fail|SECONDS': () => ['ok', 'fail', '5', '40'],
  'up|down': () => ['up', 'down'],
  'shared|private|held': () => LOCK_STATES,
  'SECONDS|-SECONDS': () => [],
  SECONDS: () => [],
  MILLISECONDS: () => [],
  PERCENT: () => [],
  TUNABLE: () => TUNABLES.map(({ name }) => name),
  NUMBER: () => [],
}
