import { listed, nodesText } from '../../cluster/node-text.ts'
import type { Check } from '../check.ts'
import { byValue } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'version-skew',
  order: 370,
  severity: 'warning',
  title: 'Daemons have different versions',
  seenBy: ['X'],
  moves: false,
  meaning:
    'A cluster is not meant to run different versions of CTDB for long: they may handle addresses differently. Versions that differ only after the second number are meant to work together (info).',
  outlook:
    'A daemon shuts itself down if another one with a different major or minor version has been running for longer, unless AllowMixedVersions is set. It ignores a different patch release.',
  remedy: 'Finish the update: install the same version on all nodes.',
  falseAlarm: 'During a rolling update. A daemon that was not restarted after an update still runs the old version.',
  find(view) {
    const versions = byValue(
      view.nodes.flatMap(({ pnn }) => {
        const version = view.need(pnn, 'host.version')
        return version === undefined ? [] : [[pnn, version] as const]
      }),
    )
    if (versions.length < 2) return []
    return [
      {
        subject: {},
        nodes: versions.slice(1).flatMap(({ pnns }) => pnns),
        message: `different versions of CTDB are installed: ${listed(versions.map(({ value }) => value))}`,
        ...(new Set(versions.map(({ value }) => seriesOf(value))).size === 1 && { severity: 'info' }),
        evidence: versions.map(({ value, pnns }) => `ctdb version on ${nodesText(pnns)}: ${value}`),
        claims: [
          stays(
            'a daemon shuts itself down if another one with a different major or minor version has been running for longer, unless AllowMixedVersions is set; a different patch release does not matter to it',
          ),
        ],
        actions: [mend({ what: 'version' }, check.remedy)],
      },
    ]
  },
}

/** The part of a version that daemons compare: `4.17`. */
const seriesOf = (version: string): string => /^\d+\.\d+/.exec(version)?.[0] ?? version
