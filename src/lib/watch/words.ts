import { flagsText, type Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import { oneOr } from '../plural.ts'

/** `10.0.0.1`, `10.0.0.1 and 10.0.0.2`; of more than three, the first two and the number of the others. */
export const addressesWords = (addresses: readonly string[]): string => listed(addresses, addresses.length <= 3 ? 3 : 2)

/** An address came to a node. @param isAgain whether the node was the last to own it. */
export const takenText = (address: string, to: Pnn, isAgain: boolean): string =>
  `node ${to} took ${address}${isAgain ? ' again' : ''}`

/** An address changed its owner. */
export const movedText = (address: string, from: Pnn, to: Pnn): string => `${address} moved from node ${from} to node ${to}`

/** A node released an address. @param owner the node that owns it nevertheless; null for none. */
export const releasedText = (address: string, pnn: Pnn, owner: Pnn | null): string =>
  `node ${pnn} released ${address}${owner === null ? '' : `, which node ${owner} owns`}`

/** The owner of an address is gone. */
export const lostText = (address: string, from: Pnn): string =>
  `no node owns ${address} any more: node ${from}, which did, is gone`

/** The owner's kernel lacks an address. */
export const missingText = (address: string, owner: Pnn): string =>
  `${address} is missing in the kernel of node ${owner}, which owns it`

/** Why a node took an address that it owned. */
export const missedCause = (pnn: Pnn, isRunInProgress: boolean): string =>
  `it was missing in the kernel of node ${pnn}${isRunInProgress ? '; a takeover run put it back' : ''}`

/** Why an address moved: its owner had lost it, and the takeover run that this brought about gave it to another node. */
export const missingMovedCause = (pnn: Pnn): string =>
  `it was missing in the kernel of node ${pnn}; a takeover run gave it to another node`

/** Why there was a takeover run: addresses were missing. */
export const wereMissingText = (addresses: readonly string[], pnn: Pnn): string =>
  `${addressesWords(addresses)} ${oneOr(addresses.length, 'was', 'were')} missing in the kernel of node ${pnn}`

/** Flags that a node has got. */
export const becameText = (pnn: Pnn, flags: number): string => `node ${pnn} became ${flagsText(flags)}`

/** A link of a node went up or down. */
export const linkText = (name: string, pnn: Pnn, up: boolean): string =>
  `link ${name} of node ${pnn} ${up ? 'came up' : 'went down'}`

/** A node has learnt of an address, or forgotten it, since its file of public addresses was read again. */
export const reloadCause = (pnn: Pnn, knows: boolean): string =>
  `after a reload, node ${pnn} ${knows ? 'knows it' : 'does not know it any more'}`
