import { listed } from '../../cluster/node-text.ts'
import type { Check, Found } from '../check.ts'
import { oldSettings } from '../config-file.ts'
import { fileHas } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'config-old-style',
  order: 205,
  severity: 'warning',
  title: 'ctdb.conf has settings in the form of CTDB before 4.9, which are ignored',
  seenBy: ['F'],
  moves: false,
  meaning:
    'Until 4.8 the configuration was a shell script with lines like CTDB_RECOVERY_LOCK=FILE. Since then ctdb.conf has sections, and CTDB silently ignores such lines: it runs with the defaults instead, often without a cluster lock.',
  outlook: 'Nothing: CTDB does not complain about lines that it does not know.',
  remedy:
    'Write the settings as described in ctdb.conf(5), those of event scripts in script.options (ctdb-script.options(5)); Samba ships an example conversion script (config_migrate.sh). Restart ctdbd afterwards.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const settings = oldSettings(view.need(pnn, 'host.configFile') ?? '')
      if (settings.length === 0) return []
      return [
        {
          subject: { pnn },
          message: `node ${pnn}: CTDB ignores ${listed(
            settings.map(({ name }) => name),
            4,
          )} in ctdb.conf`,
          evidence: settings
            .slice(0, 8)
            .map(({ line, name }) => fileHas(pnn, `ctdb.conf, line ${line}: ${name}=…, in no section`)),
          claims: [stays('CTDB does not complain about lines that it does not know')],
          actions: [mend({ what: 'configuration', pnn }, check.remedy)],
        },
      ]
    })
  },
}
