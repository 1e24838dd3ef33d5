import { CtdbtsError } from '../../lib/errors.ts'
import type { InterfaceConfiguration } from './memory-host.ts'

/** The nodes of a simulated cluster and their files. */
export interface Layout {
  /** The text of the nodes file, the same on all nodes. */
  readonly nodes: string
  readonly hosts: readonly HostLayout[]
}

/** A simulated machine. */
export interface HostLayout {
  readonly privateAddress: string
  readonly interfaces: readonly InterfaceConfiguration[]
  /** The text of the node's public addresses file. */
  readonly publicAddresses: string
}

const MAX_NODES = 200
const MAX_ADDRESSES = 2_000
/** Clusters up to this size use 172.16.146.0/24. */
const SMALL = 100
const PUBLIC_INTERFACE = 'bond0'

/**
 * A cluster where every node can host every address. Private addresses are on eth0, public ones on bond0, which also has a permanent address.
 * Public addresses start at 172.16.146.131 in small clusters, and at 172.18.0.1 in large ones.
 * @throws CtdbtsError BAD_SIZE for a size outside the limits.
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
