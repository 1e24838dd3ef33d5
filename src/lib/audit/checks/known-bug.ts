import type { Pnn } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { byValue } from '../facts.ts'
import { bugUrl, hasBug, type KnownBug } from '../known-bugs/bug.ts'
import { KNOWN_BUGS } from '../known-bugs/table.ts'
import { stays, staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'known-bug',
  order: 375,
  severity: 'warning',
  title: 'This version of CTDB has a bug that matters to this cluster',
  seenBy: ['X', 'C', 'K'],
  moves: false,
  meaning:
    'Some bugs of CTDB take public addresses, or what depends on them, away from clients. This check reports those that the installed version has and that can occur in this cluster in its current state. `ctdbts verify --list-known-bugs` lists all of them.',
  outlook: 'Nothing: CTDB does not know of its bugs.',
  remedy: 'Update CTDB on all nodes.',
  falseAlarm:
    'A distribution may have fixed the bug without changing the version number: see its changelog. A daemon that was not restarted after an update still runs the old version.',
  // What makes it matter is a fault of its own; without that, the bug does not matter any more.
  causes: (['leader-disagreement', 'public-private-overlap', 'cluster-lock'] as const).map((id) => ({
    ...cause(id),
    when: ({ subject }) => BROUGHT_BY[id].some((number) => subject.detail === detailOf(number)),
  })),
  find(view) {
    const versions = view.nodes.flatMap(({ pnn }) => {
      const version = view.need(pnn, 'host.version')
      return version === undefined ? [] : [{ pnn, version }]
    })
    return KNOWN_BUGS.flatMap((bug) => found(view, bug, versions))
  },
}

const BROUGHT_BY = {
  'leader-disagreement': [16152, 15892, 13800],
  'public-private-overlap': [16085],
  'cluster-lock': [15950],
}

const UNAWARE = 'CTDB does not know of its bugs'

const detailOf = (number: number): string => `bug ${number}`

function found(view: View, bug: KnownBug, versions: readonly { readonly pnn: Pnn; readonly version: string }[]): Found[] {
  // Another check reports it.
  if (typeof bug.matters !== 'function') return []
  const having = versions.filter(({ version }) => hasBug(version, bug) === true)
  if (having.length === 0) return []
  const all = having.map(({ pnn }) => pnn)
  const { evidence, pnns = all, until } = bug.matters(view, all)
  if (evidence.length === 0 || pnns.length === 0) return []
  const name = `${detailOf(bug.number)}${bug.cve === undefined ? '' : ` (${bug.cve})`}`
  const installed = byValue(having.filter(({ pnn }) => pnns.includes(pnn)).map(({ pnn, version }) => [pnn, version] as const))
  return [
    {
      subject: { detail: detailOf(bug.number) },
      nodes: pnns,
      ...(bug.severity && { severity: bug.severity }),
      message: `CTDB on ${nodesText(pnns)} has ${name}: ${bug.fault}`,
      evidence: [
        ...installed.map(({ value, pnns: nodes }) => `ctdb version on ${nodesText(nodes)}: ${value}`),
        `fixed in ${listed(bug.mended)}: ${bugUrl(bug)}`,
        ...evidence,
      ],
      claims: [until ? staysUntil(until, UNAWARE) : stays(UNAWARE)],
      actions: [mend({ what: 'version' }, `Update CTDB. Until then: ${bug.untilThen}`)],
    },
  ]
}
