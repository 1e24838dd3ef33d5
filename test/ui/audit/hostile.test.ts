import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { auditCheckmk } from '../../../src/ui/audit/checkmk.ts'
import { auditJson } from '../../../src/ui/audit/json.ts'
import { auditJunit } from '../../../src/ui/audit/junit.ts'
import { auditNagios } from '../../../src/ui/audit/nagios.ts'
import { auditPrometheus } from '../../../src/ui/audit/prometheus.ts'
import { auditText } from '../../../src/ui/audit/text.ts'
import { jsonText } from '../../../src/ui/json.ts'
import { painter } from '../../../src/ui/table.ts'
import { healthyCluster, withFlags, withHost } from '../../support/audit-cluster.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

beforeAll(takeSeedFromEnvironment)

/** What a terminal obeys, but for the newlines that are ours. */
const UNSAFE = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u
const hostileTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '\x1b]0;x\x07',
    'a\nERROR b',
    '\u202egnp',
    '\x9b31m',
    ']]>',
    '<!--',
    '"|\'',
    '\\',
    '{x="y"} 1\n',
    '\ud800',
    '\ufffe',
    '',
    ' ',
    '%s',
    '\\n',
  ),
)

/** A faulty cluster, and which of its texts and numbers are replaced by what. */
const hostileClusters = fc
  .record({
    texts: fc.array(hostileTexts, { minLength: 1, maxLength: 8 }),
    every: fc.integer({ min: 1, max: 7 }),
    numbers: fc.boolean(),
  })
  .map(({ texts, every, numbers }) => spoil(faulty(), texts, every, numbers))

function faulty(): Snapshot {
  const banned = withFlags(healthyCluster(), 1, NODE_FLAG.BANNED | NODE_FLAG.UNHEALTHY)
  const output = 'no\x1b[2J good\r\n'
  const events = [{ event: 'monitor', scripts: [{ name: '10.interface\n', begin: 1, end: 2, result: 1, output }] }]
  return withHost(banned, 0, () => ({ addresses: [], events }))
}

/** Replaces every so manieth text, and on wish makes numbers of facts absurd; what identifies nodes stays. */
function spoil(snapshot: Snapshot, texts: readonly string[], every: number, numbers: boolean): Snapshot {
  let count = 0
  // An address is known to be one wherever it comes from.
  const stable = new Set([
    'formatVersion',
    'takenAt',
    'address',
    'available',
    'pnn',
    'flags',
    'owner',
    'askedNode',
    'leader',
    'era',
  ])
  const change = (key: string, value: unknown): unknown => {
    if (stable.has(key)) return value
    if (Array.isArray(value)) return value.map((item) => change('', item))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(name, item)]))
    }
    count += 1
    if (typeof value === 'string' && count % every === 0) return texts[count % texts.length]
    if (typeof value === 'number' && numbers && count % every === 0) return [Number.MAX_VALUE, -1, 0, 4_294_967_295][count % 4]
    return value
  }
  return change('', snapshot) as Snapshot
}

describe('whatever a node says', () => {
  const check = (show: (cluster: Snapshot) => string | Promise<string>) =>
    fc.assert(
      fc.asyncProperty(hostileClusters, async (cluster) => {
        expect(UNSAFE.exec(await show(cluster))).toBeNull()
      }),
      { numRuns: 60 },
    )
  const report = (cluster: Snapshot) => auditSamples([healthyCluster(), cluster, cluster])
  const options = { verbose: true, paint: painter(false) }

  it('reaches a terminal as harmless text', async () => {
    await check((cluster) => auditText(report(cluster), { groupBy: 'fault', ...options }))
    await check((cluster) => auditText(report(cluster), { groupBy: 'node', ...options }))
  })

  it('reaches a program as sound JSON', async () => {
    await check((cluster) => {
      const text = jsonText(auditJson(report(cluster)))
      expect(JSON.parse(text)).toHaveProperty('formatVersion', 1)
      return text
    })
  })

  it('reaches Nagios with one bar, in the first line', async () => {
    await check((cluster) => {
      const text = auditNagios(report(cluster))
      expect(text.indexOf('|')).toBeLessThan(text.indexOf('\n'))
      expect(text.split('|')).toHaveLength(2)
      return text
    })
  })

  it('reaches Checkmk as one line of a local check', async () => {
    await check((cluster) => {
      const text = auditCheckmk(report(cluster), [])
      expect(text).toMatch(/^[0-3] "CTDB" [\w=|]+ \S.*\n$/)
      // A line break for each finding, and none of a node.
      expect(text.split('\\n')).toHaveLength(1 + report(cluster).findings.length)
      return text
    })
  })

  it('reaches Prometheus as one sample a line', async () => {
    await check(async (cluster) => {
      const text = await auditPrometheus(report(cluster), { takenAtSeconds: 1 })
      for (const line of text.split('\n'))
        expect(line).toMatch(/^($|# (HELP|TYPE) |ctdbts_[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? [\d.e+]+$)/)
      return text
    })
  })

  it('reaches CI as XML without characters that XML does not have', async () => {
    await check((cluster) => {
      const text = auditJunit(report(cluster))
      expect(text).not.toMatch(/[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
      return text
    })
  })
})
