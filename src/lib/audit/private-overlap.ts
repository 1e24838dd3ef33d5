import { type IpBytes, parseIp } from '../address/ip-text.ts'
import type { Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import { heldText, kernelHas, knownBy, saidByNodes } from './facts.ts'
import { inNetwork, networkText } from './network.ts'
import { normalAddress } from './normal.ts'
import type { Subject } from './subject.ts'
import type { View } from './view.ts'

/** Public addresses that are private ones, or in the network of the private ones. */
export interface Overlap {
  readonly subject: Subject
  readonly nodes?: readonly Pnn[]
  readonly addresses?: readonly string[]
  /** In one sentence without a full stop. */
  readonly message: string
  readonly evidence: readonly string[]
}

/** One for each address that is private too, and one for each private network with public addresses. */
export function overlaps(view: View): Overlap[] {
  const publics = [...knownBy(view)].map(([address, knowers]) => ({ address, nodes: knowers.map(({ pnn }) => pnn) }))
  const nodes = view.nodes.map(({ pnn, address }) => ({ pnn, privateAddress: address, own: normalAddress(address) }))
  const privates = new Set(nodes.map(({ own }) => own))
  // An address that is itself private is one of its own.
  const isInside = (address: string, network: IpBytes, bits: number) =>
    !privates.has(address) && inNetwork(address, network, bits)
  const same = nodes.flatMap(({ pnn, privateAddress, own }): Overlap[] =>
    publics
      .filter(({ address }) => address === own)
      .map(({ address, nodes }) => ({
        subject: { pnn, address },
        nodes,
        message: `${address} is both a public address and the private address of node ${pnn}`,
        evidence: [`node map: node ${pnn} is ${privateAddress}`, saidByNodes(nodes, `knows ${address} as public`)],
      })),
  )
  // Nodes share their private network, so each is looked at once.
  const inside = new Map<string, Overlap | undefined>()
  for (const { pnn, privateAddress, own } of nodes) {
    const held = view.need(pnn, 'host.addresses')?.find(({ address }) => address === own)
    const ip = parseIp(own)
    // A single address (/32, loopback) is not a network.
    if (!held || !ip || held.maskBits === 0 || held.maskBits >= ip.bytes.length * 8) continue
    const network = networkText(ip, held.maskBits)
    if (inside.has(network)) continue
    const within = publics.map(({ address }) => address).filter((address) => isInside(address, ip, held.maskBits))
    inside.set(
      network,
      within.length === 0
        ? undefined
        : {
            subject: { detail: network },
            addresses: within,
            message: `public addresses are in the private network ${network}: ${listed(within, 3)}`,
            evidence: [`node map: node ${pnn} is ${privateAddress}`, kernelHas(pnn, heldText(held)), `public: ${listed(within)}`],
          },
    )
  }
  return [...same, ...[...inside.values()].filter((each) => each !== undefined)]
}
