import assert from 'node:assert/strict'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import { auditCheckmk } from '../../../src/ui/audit/checkmk.ts'
import { auditJson } from '../../../src/ui/audit/json.ts'
import { auditJunit } from '../../../src/ui/audit/junit.ts'
import { auditNagios } from '../../../src/ui/audit/nagios.ts'
import { auditText } from '../../../src/ui/audit/text.ts'
import { jsonText } from '../../../src/ui/json.ts'
import { painter } from '../../../src/ui/table.ts'
import { assertHarmless, textOf } from '../shown.ts'
import { smallSnapshots } from '../snapshots.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/lib/audit/**/*.ts', 'src/ui/audit/{text,json,junit,nagios,checkmk,words}.ts'],
  refusals: ['BAD_SNAPSHOT'],
  isJson: true,
  seeds: smallSnapshots,
  check(input) {
    const snapshot = parseSnapshot(textOf(input), 'FILE')
    const report = auditSamples([snapshot])
    const paint = painter(false)
    for (const groupBy of ['fault', 'node'] as const) assertHarmless(auditText(report, { groupBy, verbose: true, paint }))
    for (const text of [auditNagios(report), auditCheckmk(report, []), auditJunit(report), jsonText(auditJson(report))])
      assertHarmless(text)
    // A second look at the same cluster finds the same.
    const again = auditSamples([snapshot, structuredClone(snapshot)])
    assert.deepEqual(
      again.findings.map(({ id }) => id),
      report.findings.map(({ id }) => id),
    )
  },
}
