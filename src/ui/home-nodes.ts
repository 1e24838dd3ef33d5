import { homeNodesText, type PlaceableAddress, type ProposedHomes } from '../lib/allocation/home-proposal.ts'
import type { HomePlan } from '../lib/takeover/home-plan.ts'
import type { Plan } from '../lib/takeover/plan.ts'
import type { HomeNodesDocument } from './documents/daemon.ts'
import { countWords, nodeText } from './plan-words.ts'
import { table } from './table.ts'
import { visible } from './visible.ts'

/** Proposed home nodes, and what they change. */
export interface HomesView {
  readonly addresses: readonly PlaceableAddress[]
  readonly homes: ProposedHomes
  readonly plan: HomePlan
}

const movesOf = ({ addresses }: Plan) =>
  addresses.flatMap(({ address, from, to }) => (from === to ? [] : [{ address, from, to }]))

const ownersOf = ({ addresses }: HomesView) => new Map(addresses.map(({ address, owner }) => [address, owner]))

/** Home nodes for people: each address, how many each node has, and what a takeover run would move. */
export function homesText(view: HomesView): string {
  const { homes, plan } = view
  const ownerOf = ownersOf(view)
  const rows = homes.map(({ address, pnn }) => [address, String(pnn), nodeText(ownerOf.get(address) ?? null)])
  const count = (pnn: number) => homes.filter((home) => home.pnn === pnn).length
  return [
    table(['Address', 'Home', 'Now on'], rows),
    table(
      ['Node', 'Now', 'Homes'],
      plan.now.counts.map(({ pnn, before }) => [String(pnn), String(before), String(count(pnn))]),
    ),
    ...plan.then.failures.map((failure) => `The takeover run would fail: ${visible(failure)}\n`),
    `With these home nodes, the next takeover run ${countWords(movesOf(plan.then).length)}; as things are, it ${countWords(movesOf(plan.now).length)}.\n`,
    ...[...plan.notes, ...plan.then.notes].map((note) => `Note: ${visible(note)}\n`),
  ].join('')
}

/** Home nodes as a JSON document. */
export function homesJson(view: HomesView): HomeNodesDocument {
  const { homes, plan } = view
  const ownerOf = ownersOf(view)
  return {
    formatVersion: 1,
    homes: homes.map(({ address, pnn }) => ({ address, pnn, owner: ownerOf.get(address) ?? null })),
    file: homeNodesText(homes),
    movesNow: movesOf(plan.now),
    movesThen: movesOf(plan.then),
    notes: [...plan.notes, ...plan.then.notes],
  }
}

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
