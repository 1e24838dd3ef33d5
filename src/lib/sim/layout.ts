import { CtdbtsError } from '../errors.ts'
import type { InterfaceConfiguration } from './memory-host.ts'

/** What a simulated cluster is made of, node by node. */
export interface Layout {
  /** The nodes file, the same everywhere. */
  readonly nodes: string
  readonly hosts: readonly HostLayout[]
}

export interface HostLayout {
  readonly privateAddress: string
  readonly interfaces: readonly InterfaceConfiguration[]
  /** The node's public addresses file. */
  readonly publicAddresses: string
}

const MAX_NODES = 200
const MAX_ADDRESSES = 2_000
/** Up to here all fits into the seed article's network. */
const SMALL = 100
/** The interface of the seed article. */
const PUBLIC_INTERFACE = 'bond0'

/**
 * A cluster where every node can host every address: private addresses on eth0, public ones on bond0, which has an address of its own too, as
 * in the seed article. Small ones have its addresses (172.16.146.131 and on), large ones 172.18.0.1 and on.
 * @throws CtdbtsError BAD_SIZE for a size that cannot be.
 */
export function uniformLayout(nodes: number, addresses: number): Layout {
  check('nodes', nodes, 1, MAX_NODES)
  check('addresses', addresses, 0, MAX_ADDRESSES)
  const small = nodes <= SMALL && addresses <= SMALL
  const publicAddress = (index: number) =>
    small ? `172.16.146.${131 + index}/24` : `172.18.${Math.floor(index / 250)}.${(index % 250) + 1}/16`
  const ownAddress = (pnn: number) => (small ? `172.16.146.${pnn + 1}/24` : `172.18.255.${pnn + 1}/16`)
  const publicAddresses = Array.from({ length: addresses }, (_, index) => `${publicAddress(index)} ${PUBLIC_INTERFACE}\n`).join(
    '',
  )
  const privateAddresses = Array.from({ length: nodes }, (_, pnn) => `10.11.12.${pnn + 1}`)
  return {
    nodes: privateAddresses.map((address) => `${address}\n`).join(''),
    hosts: privateAddresses.map((privateAddress, pnn) => ({
      privateAddress,
      interfaces: [
        { name: 'eth0', addresses: [`${privateAddress}/24`] },
        { name: PUBLIC_INTERFACE, addresses: [ownAddress(pnn)] },
      ],
      publicAddresses,
    })),
  }
}

function check(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new CtdbtsError('BAD_SIZE', `a simulated cluster has ${min} to ${max} ${what}, not ${value}`)
}
