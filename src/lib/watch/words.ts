import { listed } from '../cluster/node-text.ts'

/** `10.0.0.1`, `10.0.0.1 and 10.0.0.2`; of more than three, the first two and the number of the others. */
export const addressesWords = (addresses: readonly string[]): string => listed(addresses, addresses.length <= 3 ? 3 : 2)
