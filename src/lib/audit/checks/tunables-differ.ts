import { nodesText } from '../../cluster/node-text.ts'
import { LISTED_TUNABLES } from '../../cluster/tunables.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { byValue, saidByNodes } from '../facts.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'tunables-differ',
  order: 260,
  severity: 'warning',
  title: 'A tunable has different values on different nodes',
  seenBy: ['C'],
  moves: false,
  causes: [{ ...cause('failover-off'), when: (effect, { subject }) => effect.subject.detail === subject.detail }],
  meaning:
    "A takeover run uses the leader's tunables; much else uses each node's own. If they differ, what happens depends on which node is the leader.",
  outlook: 'Nothing: tunables are set on each node separately, and read from ctdb.tunables when its daemon starts.',
  remedy: 'Set it on all nodes (`ctdb setvar NAME VALUE`), and make the ctdb.tunables files agree.',
  find(view) {
    const tunables = view.active.flatMap(({ pnn }) => {
      const values = view.need(pnn, 'tunables')
      return values ? [{ pnn, values }] : []
    })
    return LISTED_TUNABLES.flatMap((name): Found[] => {
      // Older daemons do not know all tunables.
      const entries = tunables.flatMap(({ pnn, values }) => (values[name] === undefined ? [] : [[pnn, values[name]] as const]))
      const groups = byValue(entries)
      if (groups.length < 2) return []
      return [
        {
          subject: { detail: name },
          nodes: groups.slice(1).flatMap(({ pnns }) => pnns),
          message: `${name} differs: ${groups.map(({ value, pnns }) => `${value} on ${nodesText(pnns)}`).join(', ')}`,
          evidence: groups.map(({ value, pnns }) => saidByNodes(pnns, `${name} = ${value}`)),
          claims: [
            staysUntil(
              { on: 'leaves', pnns: entries.map(([pnn]) => pnn) },
              'tunables are set on each node separately, and read from ctdb.tunables when its daemon starts',
            ),
          ],
          actions: [
            mend(
              { what: 'configuration' },
              `Set it on all nodes (\`ctdb setvar ${name} VALUE\`), and make the ctdb.tunables files agree.`,
            ),
          ],
        },
      ]
    })
  },
}
