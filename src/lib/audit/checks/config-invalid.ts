import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { Check, Found } from '../check.ts'
import { type ConfigFault, configFaults } from '../config-faults.ts'
import { fileHas, rejectsItsFile } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'config-invalid',
  order: 204,
  severity: 'error',
  title: 'ctdb.conf has lines that CTDB rejects or ignores',
  seenBy: ['F'],
  moves: false,
  meaning:
    'If a setting has no value, or one that ctdbd rejects, ctdbd does not start. It silently ignores settings and sections that it does not know. A line that is not a setting makes it ignore the whole file: it then runs with the defaults, often without a cluster lock.',
  outlook: 'Nothing until ctdbd is restarted; if it rejects a line, it then exits at once.',
  remedy:
    'Correct the lines as described in ctdb.conf(5) of that version. Check the file with `ctdb-config validate` on that node.',
  falseAlarm: 'If that build of CTDB has additional settings.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const text = view.need(pnn, 'host.configFile')
      const byKind = Map.groupBy(configFaults(text ?? '', view.peek(pnn, 'host.version')), ({ kind }) => kind)
      return [...byKind].map(([kind, faults]) => foundIn(view, pnn, kind, faults))
    })
  },
}

function foundIn(view: View, pnn: Pnn, kind: ConfigFault['kind'], faults: readonly ConfigFault[]): Found {
  const common = {
    subject: { pnn, detail: kind },
    evidence: faults.slice(0, 8).map(({ line, text }) => fileHas(pnn, `ctdb.conf, line ${line}: ${text}`)),
    actions: [mend({ what: 'configuration', pnn }, check.remedy)],
  }
  const names = listed(
    faults.map(({ setting }) => setting),
    4,
  )
  switch (kind) {
    case 'rejected':
      return {
        ...common,
        message: `node ${pnn}: CTDB rejects ctdb.conf because of ${names}`,
        claims: rejectsItsFile(pnn, 'ctdb.conf'),
        // A daemon that runs has read an earlier file.
        ...(!view.isDaemonDead(pnn) && { severity: 'warning' }),
      }
    case 'ignored':
      return {
        ...common,
        severity: 'warning',
        message: `node ${pnn}: CTDB ignores ${names} in ctdb.conf, as its version has no such setting`,
        claims: [stays('CTDB does not complain about settings that it does not know')],
      }
    case 'invalid':
      return {
        ...common,
        severity: 'warning',
        message: `node ${pnn}: CTDB ignores ctdb.conf as a whole, because ${names} is no setting`,
        claims: [stays('CTDB does not complain about the line')],
      }
  }
}
