import { type IpBytes, parseIp } from '../../address/ip-text.ts'
import { hasFlag, NODE_FLAG } from '../../cluster/node.ts'
import type { MapEntry } from '../../snapshot/snapshot.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, heldText, kernelHas, knownBy, listed, nodesText, said } from '../facts.ts'
import { inNetwork, networkText } from '../network.ts'
import { normalAddress } from '../normal.ts'

// The nodes and their private addresses.

export const nodesFileDrift: Check = {
  id: 'nodes-file-drift',
  severity: 'error',
  title: "A node's nodes file is not the running node map",
  seenBy: ['C'],
  moves: false,
  meaning:
    'A node number (PNN) is the number of a line in the nodes file. When that file differs from what the cluster runs with, or from node to node, numbers shift as soon as a daemon is started again: it takes itself for another node.',
  outlook: 'Nothing, until a ctdbd is started again: that one then does not fit into the cluster.',
  remedy:
    'Make the file the same on all nodes; a node is removed by a # in front of its line, never by deleting the line. Then run `ctdb reloadnodes`.',
  falseAlarm: 'Between editing the files and `ctdb reloadnodes`.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const file = view.need(pnn, 'nodesFile')
      const running = view.need(pnn, 'nodeMap')
      if (!file || !running) return []
      const pnns = [...new Set([...file, ...running].map((entry) => entry.pnn))].toSorted((a, b) => a - b)
      const differences = pnns.flatMap((line) => {
        const [inFile, inMap] = [file, running].map((list) => lineText(list.find((entry) => entry.pnn === line)))
        return inFile === inMap ? [] : [{ line, inFile, inMap }]
      })
      if (differences.length === 0) return []
      return [
        {
          subject: { pnn },
          message: `the nodes file of node ${pnn} differs from the running node map in ${listed(differences.map(({ line }) => `PNN ${line}`))}`,
          evidence: differences
            .slice(0, 8)
            .flatMap(({ line, inFile, inMap }) => [
              fileHas(pnn, `PNN ${line} is ${inFile}`),
              said(pnn, `PNN ${line} is ${inMap}`),
            ]),
        },
      ]
    })
  },
}

/** A deleted node's address does not matter: its line is a comment. */
function lineText(entry: MapEntry | undefined): string {
  if (!entry) return 'not there'
  return hasFlag(entry, NODE_FLAG.DELETED) ? 'deleted' : normalAddress(entry.address)
}

export const publicPrivateOverlap: Check = {
  id: 'public-private-overlap',
  severity: 'warning',
  title: "A public address is a node's private address, or in the private network",
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'Private addresses never move, and what the daemons say to each other goes over them without protection. A public address that is also private takes a node out of the cluster when it moves; one in the private network invites clients into it, and mixes the routes of both.',
  outlook: 'Nothing: CTDB does not check it.',
  remedy: 'Give the nodes a private network of their own.',
  falseAlarm: 'Small clusters that have one network only, and where everybody in it is trusted.',
  find(view) {
    const publics = [...knownBy(view)].map(([address, knowers]) => ({ address, nodes: knowers.map(({ pnn }) => pnn) }))
    const privates = new Set(view.nodes.map(({ address }) => normalAddress(address)))
    // Those that are private themselves are worse off, and told of by themselves.
    const isInside = (address: string, network: IpBytes, bits: number) =>
      !privates.has(address) && inNetwork(address, network, bits)
    const same = view.nodes.flatMap(({ pnn, address: privateAddress }): Found[] =>
      publics
        .filter(({ address }) => address === normalAddress(privateAddress))
        .map(({ address, nodes }) => ({
          subject: { pnn, address },
          nodes,
          message: `${address} is a public address, and the private address of node ${pnn}`,
          evidence: [`node map: node ${pnn} is ${privateAddress}`, `CTDB on ${nodesText(nodes)}: knows ${address} as public`],
        })),
    )
    // Nodes share their private network: one finding for each network.
    const inside = new Map<string, Found>()
    for (const { pnn, address: privateAddress } of view.nodes) {
      const own = normalAddress(privateAddress)
      const held = view.need(pnn, 'host.addresses')?.find(({ address }) => address === own)
      const ip = parseIp(own)
      // A lone address (/32, loopback) is no network.
      if (!held || !ip || held.maskBits === 0 || held.maskBits >= ip.bytes.length * 8) continue
      const network = networkText(ip, held.maskBits)
      const within = publics.map(({ address }) => address).filter((address) => isInside(address, ip, held.maskBits))
      if (within.length === 0 || inside.has(network)) continue
      inside.set(network, {
        subject: { detail: network },
        addresses: within,
        message: `public addresses are in the private network ${network}: ${listed(within, 3)}`,
        evidence: [`node map: node ${pnn} is ${privateAddress}`, kernelHas(pnn, heldText(held)), `public: ${listed(within)}`],
      })
    }
    return [...same, ...inside.values()]
  },
}
