import { type IpBytes, parseIp } from '../../address/ip-text.ts'
import { listed } from '../../cluster/node-text.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, knownBy, saidByNodes } from '../facts.ts'
import { inNetwork, networkText } from '../network.ts'
import { normalAddress } from '../normal.ts'
import { stays } from '../outlook.ts'
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
  find(view) {
    const publics = [...knownBy(view)].map(([address, knowers]) => ({ address, nodes: knowers.map(({ pnn }) => pnn) }))
    const privates = new Set(view.nodes.map(({ address }) => normalAddress(address)))
    // An address that is itself private gets a finding of its own.
    const isInside = (address: string, network: IpBytes, bits: number) =>
      !privates.has(address) && inNetwork(address, network, bits)
    const same = view.nodes.flatMap(({ pnn, address: privateAddress }): Found[] =>
      publics
        .filter(({ address }) => address === normalAddress(privateAddress))
        .map(({ address, nodes }) => ({
          subject: { pnn, address },
          nodes,
          message: `${address} is both a public address and the private address of node ${pnn}`,
          evidence: [`node map: node ${pnn} is ${privateAddress}`, saidByNodes(nodes, `knows ${address} as public`)],
          ...ADVICE,
        })),
    )
    // Nodes share their private network, so there is one finding for each network.
    const inside = new Map<string, Found>()
    for (const { pnn, address: privateAddress } of view.nodes) {
      const own = normalAddress(privateAddress)
      const held = view.need(pnn, 'host.addresses')?.find(({ address }) => address === own)
      const ip = parseIp(own)
      // A single address (/32, loopback) is not a network.
      if (!held || !ip || held.maskBits === 0 || held.maskBits >= ip.bytes.length * 8) continue
      const network = networkText(ip, held.maskBits)
      const within = publics.map(({ address }) => address).filter((address) => isInside(address, ip, held.maskBits))
      if (within.length === 0 || inside.has(network)) continue
      inside.set(network, {
        subject: { detail: network },
        addresses: within,
        message: `public addresses are in the private network ${network}: ${listed(within, 3)}`,
        evidence: [`node map: node ${pnn} is ${privateAddress}`, kernelHas(pnn, heldText(held)), `public: ${listed(within)}`],
        ...ADVICE,
      })
    }
    return [...same, ...inside.values()]
  },
}

const ADVICE: Pick<Found, 'claims' | 'actions'> = {
  claims: [stays('CTDB does not check this')],
  actions: [mend({ what: 'configuration' }, check.remedy)],
}
