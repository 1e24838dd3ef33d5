import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { readsHomeNodes } from '../../takeover/homes.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, said } from '../facts.ts'
import { goesByHomes, isDeterministic } from '../home-nodes.ts'
import { lastsWithLeader } from '../lasting.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'home-nodes-unused',
  order: 217,
  severity: 'info',
  title: 'There is a home_nodes file, but nothing reads it',
  seenBy: ['F', 'C', 'X'],
  moves: false,
  meaning:
    'The home_nodes file assigns addresses to nodes. Only the deterministic algorithm (tunable IPAllocAlgorithm = 0) reads it, and CTDB before 4.20 does not know the file.',
  outlook: 'Nothing.',
  remedy:
    'If nobody needs these assignments, delete the file. If someone does, set IPAllocAlgorithm to 0 on all nodes (`ctdb setvar IPAllocAlgorithm 0`, and in ctdb.tunables), with CTDB 4.20 or newer. The next takeover run then places all addresses anew, regardless of NoIPFailback: preview it with `ctdbts takeover-run --dry-run`, and choose a quiet time.',
  find(view) {
    const files = view.nodes.flatMap(({ pnn }) => {
      const version = view.need(pnn, 'host.version')
      return view.want(pnn, 'host.homeNodesFile') == null ? [] : [{ pnn, version }]
    })
    if (files.length === 0) return []
    if (goesByHomes(view) === false) return [byOtherAlgorithm(view, pnnsOf(files))]
    const old = files.filter(({ version }) => readsHomeNodes(version) === false)
    return old.length === 0 ? [] : [ofOldVersion(old)]
  },
}

interface File {
  readonly pnn: Pnn
  readonly version: string | undefined
}

const pnnsOf = (files: readonly File[]): Pnn[] => files.map(({ pnn }) => pnn)

const ofOldVersion = (files: readonly File[]): Found => ({
  ...ofFiles(pnnsOf(files)),
  message: `the home_nodes file on ${nodesText(pnnsOf(files))} is not read: CTDB ${files[0]?.version} does not know it`,
  claims: [stays()],
  actions: [mend({ what: 'configuration' }, 'If the homes are meant, install CTDB 4.20 or newer. If not, delete the file.')],
})

const ofFiles = (pnns: readonly Pnn[]): Pick<Found, 'subject' | 'nodes' | 'evidence' | 'actions'> => ({
  subject: {},
  nodes: pnns,
  evidence: pnns.map((pnn) => fileHas(pnn, 'there is a file home_nodes')),
  actions: [mend({ what: 'configuration' }, check.remedy)],
})

function byOtherAlgorithm(view: View, pnns: readonly Pnn[]): Found {
  const found = ofFiles(pnns)
  const { pnn: leader } = view.snapshot.leader
  const algorithm = leader === null ? undefined : view.peek(leader, 'tunables')?.IPAllocAlgorithm
  return {
    ...found,
    message: `the home_nodes file on ${nodesText(pnns)} is not read: only the deterministic algorithm goes by it`,
    evidence: [...found.evidence, ...(leader === null ? [] : [said(leader, `IPAllocAlgorithm = ${algorithm ?? 2}`)])],
    claims: [lastsWithLeader(view, { has: (values) => !isDeterministic(values), pnns })],
  }
}
