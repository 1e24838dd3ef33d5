import { homeNodesText, type PlaceableAddress, type ProposedHomes } from '../lib/allocation/home-proposal.ts'
import { counted } from '../lib/plural.ts'
import type { HomePlan } from '../lib/takeover/home-plan.ts'
import type { Plan } from '../lib/takeover/plan.ts'
import { changesAnything, nodeText } from './plan-words.ts'
import { table } from './table.ts'
import { visible } from './visible.ts'

/** Proposed home nodes, and what they change. */
export interface HomesView {
  readonly addresses: readonly PlaceableAddress[]
  readonly homes: ProposedHomes
  readonly plan: HomePlan
}

const moved = ({ addresses }: Plan): number => addresses.filter(({ from, to }) => from !== to).length
const run = (plan: Plan): string =>
  changesAnything(plan) ? `moves ${counted(moved(plan), 'address', 'addresses')}` : 'moves nothing'

/** Home nodes for people: each address, how many each node has, and what a takeover run would move. */
export function homesText({ addresses, homes, plan }: HomesView): string {
  const ownerOf = new Map(addresses.map(({ address, owner }) => [address, owner]))
  const rows = homes.map(({ address, pnn }) => [address, String(pnn), nodeText(ownerOf.get(address) ?? null)])
  const count = (pnn: number) => homes.filter((home) => home.pnn === pnn).length
  return [
    table(['Address', 'Home', 'Now on'], rows),
    table(
      ['Node', 'Now', 'Homes'],
      plan.now.counts.map(({ pnn, before }) => [String(pnn), String(before), String(count(pnn))]),
    ),
    ...plan.then.failures.map((failure) => `The takeover run would fail: ${visible(failure)}\n`),
    `With these home nodes, the next takeover run ${run(plan.then)}; as things are, it ${run(plan.now)}.\n`,
    ...[...plan.notes, ...plan.then.notes].map((note) => `Note: ${visible(note)}\n`),
  ].join('')
}

/** Home nodes as a JSON document. */
export const homesJson = ({ addresses, homes, plan }: HomesView): Record<string, unknown> => ({
  formatVersion: 1,
  homes: homes.map(({ address, pnn }) => ({
    address,
    pnn,
    owner: addresses.find((each) => each.address === address)?.owner ?? null,
  })),
  file: homeNodesText(homes),
  movesNow: plan.now.addresses.filter(({ from, to }) => from !== to).map(({ address, from, to }) => ({ address, from, to })),
  movesThen: plan.then.addresses.filter(({ from, to }) => from !== to).map(({ address, from, to }) => ({ address, from, to })),
  notes: [...plan.notes, ...plan.then.notes],
})

/** On which nodes the file was written, a line for each. */
export const writtenText = (
  nodes: readonly { readonly pnn: number; readonly path?: string | undefined; readonly why?: string | undefined }[],
): string =>
  nodes
    .map(
      ({ pnn, path, why }) =>
        `Node ${pnn}: ${path === undefined ? `not written: ${visible(why ?? '')}` : `wrote ${visible(path)}`}\n`,
    )
    .join('')
