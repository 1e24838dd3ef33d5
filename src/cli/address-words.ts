import { parsePublicAddress, parseSocketAddress } from '../lib/address/parse-address.ts'
import type { SocketAddress } from '../lib/address/socket-address.ts'
import { saidByCtdb } from '../lib/errors.ts'

/** @throws CtdbtsError BAD_ADDRESS for a word of the command line that is no IP address, as the real tool reads them. */
export const publicAddressOf = (word: string): SocketAddress => parsePublicAddress(word) ?? refuse(`Invalid IP address ${word}`)

/** @throws CtdbtsError BAD_ADDRESS for a word that is no IP address with a port. */
export const socketAddressOf = (word: string): SocketAddress =>
  parseSocketAddress(word) ??
  refuse(`Invalid IP address ${word}`, 'an address with a port is wanted: 10.0.0.1:445, [fd00::1]:445')

/** Refuses what is no address, in the real tool's words. */
export function refuse(line: string, hint?: string): never {
  throw saidByCtdb('BAD_ADDRESS', line, { ...(hint !== undefined && { hint }) })
}
