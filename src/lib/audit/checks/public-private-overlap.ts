import type { Check, Found } from '../check.ts'
import { stays } from '../outlook.ts'
import { overlaps } from '../private-overlap.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'public-private-overlap',
  order: 230,
  severity: 'warning',
  title: "A public address is a node's private address, or in the private network",
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'Private addresses never move, and the daemons communicate over them without protection. A public address that is also private takes a node out of the cluster when it moves. A public address in the private network lets clients into that network and mixes the routes of both.',
  outlook: 'Nothing: CTDB does not check this.',
  remedy: 'Give the nodes a private network of their own.',
  falseAlarm: 'In small clusters that have only one network, in which everyone is trusted.',
  find: (view) => overlaps(view).map((overlap) => ({ ...overlap, ...ADVICE })),
}

const ADVICE: Pick<Found, 'claims' | 'actions'> = {
  claims: [stays('CTDB does not check this')],
  actions: [mend({ what: 'configuration' }, check.remedy)],
}
