import { parsePublicAddress, parseSocketAddress } from '../lib/address/parse-address.ts'
import type { SocketAddress } from '../lib/address/socket-address.ts'
import { saidByCtdb } from '../lib/errors.ts'

/** @throws CtdbtsError BAD_ADDRESS for an argument that is not an IP address, read as `ctdb` reads it. */
export const publicAddressOf = (word: string): SocketAddress => parsePublicAddress(word) ?? refuse(`Invalid IP address ${word}`)

/** @throws CtdbtsError BAD_ADDRESS for an argument that is not an IP address with a port. */
export const socketAddressOf = (word: string): SocketAddress =>
  parseSocketAddress(word) ?? refuse(`Invalid IP address ${word}`, 'use an address with a port: 10.0.0.1:445, [fd00::1]:445')

/** Refuses an invalid address, in the words of `ctdb`. */
export function refuse(line: string, hint?: string): never {
  throw saidByCtdb('BAD_ADDRESS', line, { hint })
}
