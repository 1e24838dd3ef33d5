import type { Check, Found } from '../check.ts'
import { type Claim, stays, staysUntil } from '../outlook.ts'
import { type Overlap, overlaps } from '../private-overlap.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'public-private-overlap',
  order: 230,
  severity: 'error',
  title: "A public address is a node's private address, or in the private network",
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'Private addresses never move, and the daemons communicate over them without protection. A public address that is also private takes a node out of the cluster when it moves (error). A public address in the private network lets clients into that network and mixes the routes of both (warning).',
  outlook:
    'Nothing: CTDB does not check this. A takeover run that gives a private address to another node removes it from the node that needs it.',
  remedy: 'Give the nodes a private network of their own.',
  falseAlarm: 'In small clusters with a single network on which every machine is trusted.',
  find: (view) => overlaps(view).map((overlap): Found => ({ ...overlap, ...(adviceOnNode(view, overlap) ?? INSIDE) })),
}

const UNCHECKED: Claim = stays('CTDB does not check this')

const INSIDE: Pick<Found, 'severity' | 'claims' | 'actions'> = {
  severity: 'warning',
  claims: [UNCHECKED],
  actions: [mend({ what: 'configuration' }, check.remedy)],
}

/** What becomes of an address that is itself a private one; undefined of others. */
function adviceOnNode(view: View, { subject: { pnn, address } }: Overlap): Pick<Found, 'claims' | 'actions'> | undefined {
  if (pnn === undefined || address === undefined) return undefined
  const isKnown = view.peek(pnn, 'known')?.some((known) => known.address === address)
  const because =
    isKnown === false
      ? 'two nodes then have it, as the one whose private address it is does not know it as public, and keeps it'
      : 'the one whose private address it is then releases it, and is cut off from the others'
  return {
    claims: [staysUntil({ on: 'other', text: 'a takeover run gives the address to another node' }, because)],
    actions: [MAKE_DIFFERENT],
  }
}

const MAKE_DIFFERENT = mend(
  { what: 'configuration' },
  'Take the address out of all public addresses files, or give the node another private address. Until then, make no takeover run, and do not remove the address by hand.',
)
