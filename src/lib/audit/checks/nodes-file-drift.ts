import { publicSocketAddress } from '../../address/socket-address.ts'
import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import { compareNodes } from '../../cluster/nodes-change.ts'
import { readNodesList } from '../../cluster/nodes-list.ts'
import { oneOr } from '../../plural.ts'
import { quoted } from '../../quoted.ts'
import { type MapEntry, mapEntryOf } from '../../snapshot/snapshot.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, said } from '../facts.ts'
import { normalAddress } from '../normal.ts'
import { staysUntil } from '../outlook.ts'
import { type Action, mend } from '../remedy.ts'
import { startOn } from '../start.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'nodes-file-drift',
  order: 220,
  severity: 'error',
  title: "A node's nodes file differs from the running node map",
  seenBy: ['C', 'F'],
  moves: false,
  meaning:
    'The number of a node (PNN) is the position of its line in the nodes file. If that file differs from what the cluster runs with, or between nodes, numbers shift as soon as a daemon is restarted: it then acts as another node.',
  outlook: 'Nothing until a ctdbd is restarted; that daemon then does not fit into the cluster.',
  remedy:
    'Make the file the same on all nodes. To remove a node, put a # in front of its line; never delete the line. Then run `ctdb reloadnodes`.',
  falseAlarm: 'Between editing the files and running `ctdb reloadnodes`.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      if (view.isDaemonDead(pnn)) return ofDeadDaemon(view, pnn)
      const file = view.need(pnn, 'nodesFile')
      const running = view.need(pnn, 'nodeMap')
      if (!file || !running) return []
      const differences = differencesBetween(file, running)
      if (differences.length === 0) return []
      return [
        {
          subject: { pnn },
          message: `the nodes file of node ${pnn} differs from the running node map in ${listed(differences.map(({ line }) => `PNN ${line}`))}`,
          evidence: evidenceOf(pnn, differences, (what) => said(pnn, what)),
          claims: [staysUntil({ on: 'other', text: 'a ctdbd is started again, which then does not fit into the cluster' })],
          actions: isAgreed(view) ? reloading(running, file) : [MAKE_ALIKE],
        },
      ]
    })
  },
}

/** Whether the nodes files of all nodes say the same, so that only the reload is missing. */
function isAgreed(view: View): boolean {
  const files = view.nodes.map(({ pnn }) => view.peek(pnn, 'nodesFile'))
  const texts = files.map((file) => file?.map((entry) => `${entry.pnn} ${lineText(entry)}`).join(', '))
  return !texts.includes(undefined) && new Set(texts).size === 1
}

const RELOAD: Action = {
  kind: 'command',
  command: 'ctdb reloadnodes',
  on: 'any node',
  purpose: 'as the nodes files of all nodes say the same',
  if: 'this list of nodes is right',
}

const MAKE_ALIKE = mend({ what: 'file' }, check.remedy)

/** How to load a list on which all files agree. `ctdb reloadnodes` refuses some. */
function reloading(running: readonly MapEntry[], file: readonly MapEntry[]): Action[] {
  const { changes, refused } = compareNodes(running.map(clusterNodeOf), file.map(clusterNodeOf))
  if (!refused) return [RELOAD]
  const moved = changes.filter(({ kind }) => kind === 'missing' || kind === 'address-changed').map(({ pnn }) => `PNN ${pnn}`)
  if (moved.length > 0) {
    const why = `\`ctdb reloadnodes\` refuses this list, in which ${listed(moved)} ${oneOr(moved.length, 'is', 'are')} another node or missing.`
    const how = `${why} Put back what the running node map has. If the list is meant, stop ctdbd on all nodes, and only then start it again.`
    return [mend({ what: 'file' }, how)]
  }
  const connected = changes.flatMap((change) => (change.kind === 'deleted' && change.connected ? [change.pnn] : []))
  const how = `Stop ctdbd on ${nodesText(connected)}: \`ctdb reloadnodes\` refuses to delete a node that is connected.`
  return [{ ...mend({ what: 'machine' }, how), if: 'this list of nodes is right' }, RELOAD]
}

const clusterNodeOf = ({ pnn, flags, address }: MapEntry): ClusterNode => ({ pnn, flags, address: publicSocketAddress(address) })

/** The nodes file of a daemon that is dead, against the node map of those that live. */
function ofDeadDaemon(view: View, pnn: Pnn): Found[] {
  const text = view.need(pnn, 'host.nodesFile')
  if (text === undefined) return []
  if (text === null) return view.need(pnn, 'host.configFile') === undefined ? [] : [withoutFile(view, pnn)]
  const read = readNodesList(text)
  if ('invalid' in read) {
    return [
      {
        subject: { pnn },
        message: `ctdbd of node ${pnn} cannot load its nodes file: line ${read.line} is not an IP address`,
        evidence: [fileHas(pnn, `nodes, line ${read.line}: ${quoted(read.invalid)}`)],
        claims: [{ kind: 'daemon-ends', pnns: [pnn], after: { on: 'start', pnn }, because: 'it ends at once' }],
        actions: [
          mend({ what: 'file', pnn }, 'Make each line a private address alone, without names, suffixes, or comments behind it.'),
          startOn(view, pnn),
        ],
      },
    ]
  }
  const differences = differencesBetween(read.nodes.map(mapEntryOf), view.snapshot.nodeMap)
  if (differences.length === 0) return []
  return [
    {
      subject: { pnn },
      message: `the nodes file of node ${pnn} differs from the node map of the cluster in ${listed(differences.map(({ line }) => `PNN ${line}`))}`,
      evidence: evidenceOf(pnn, differences, (what) => `node map: ${what}`),
      claims: [staysUntil({ on: 'start', pnn }, 'a ctdbd that is started there does not fit into the cluster')],
      actions: [MAKE_ALIKE],
    },
  ]
}

/** ctdb.conf names no other list of nodes. */
const withoutFile = (view: View, pnn: Pnn): Found => ({
  subject: { pnn },
  message: `node ${pnn} has no nodes file, without which ctdbd does not start`,
  evidence: [fileHas(pnn, 'there is no file of nodes')],
  claims: [{ kind: 'daemon-ends', pnns: [pnn], after: { on: 'start', pnn }, because: 'it ends at once' }],
  actions: [
    mend({ what: 'file', pnn }, 'Put the file back, or mount the file system that its link leads into.'),
    startOn(view, pnn),
  ],
})

/** A PNN for which the file and the node map have different nodes. */
interface Difference {
  readonly line: number
  readonly inFile: string
  readonly inMap: string
}

const evidenceOf = (pnn: Pnn, differences: readonly Difference[], mapHas: (what: string) => string): string[] =>
  differences
    .slice(0, 8)
    .flatMap(({ line, inFile, inMap }) => [fileHas(pnn, `PNN ${line} is ${inFile}`), mapHas(`PNN ${line} is ${inMap}`)])

function differencesBetween(file: readonly MapEntry[], running: readonly MapEntry[]): Difference[] {
  const pnns = [...new Set([...file, ...running].map((entry) => entry.pnn))].toSorted((a, b) => a - b)
  return pnns.flatMap((line) => {
    const textIn = (list: readonly MapEntry[]) => lineText(list.find((entry) => entry.pnn === line))
    const [inFile, inMap] = [textIn(file), textIn(running)]
    return inFile === inMap ? [] : [{ line, inFile, inMap }]
  })
}

/** A deleted node's address does not matter: its line is a comment. */
function lineText(entry: MapEntry | undefined): string {
  if (!entry) return 'not there'
  return hasFlag(entry, NODE_FLAG.DELETED) ? 'deleted' : normalAddress(entry.address)
}
