import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { CHECKS, NEEDING_PROBE } from '../../../src/lib/audit/registry.ts'
import { auditJson } from '../../../src/ui/audit/json.ts'
import { auditText } from '../../../src/ui/audit/text.ts'
import { painter } from '../../../src/ui/table.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { blindReport, cleanReport, emptyReport, faultyReport, transientReport } from './reports.ts'

const paint = painter(false)
const plain = { groupBy: 'fault', verbose: false, paint } as const

describe('a report for people', () => {
  it('is one line without findings', () => {
    expect(auditText(cleanReport, plain)).toBe(`No problem found (3 nodes, ${CHECKS.length - NEEDING_PROBE.length} checks)\n`)
  })

  it('says that an older version took the snapshot, which knew less', () => {
    const older = auditSamples([{ ...healthyCluster(), formatVersion: '1.2' }])
    expect(auditText(older, plain).replaceAll(/\s+/g, ' ')).toContain(
      'an older ctdbts took the snapshot (format 1.2), and may not have read all that these checks look at',
    )
    expect(auditJson(older)).toMatchObject({ olderFormat: '1.2' })
    expect(auditJson(cleanReport)).toMatchObject({ olderFormat: null })
  })

  it('shows evidence, outlook, remedy and effects of each fault', () => {
    expect(auditText(faultyReport, plain)).toBe(`x ERROR ip-missing
  * node 2 claims 10.0.0.1, but its kernel does not have it
      CTDB on node 2: says that it owns it
      kernel of node 2: does not have it on any interface
  CTDB: The node's recovery daemon asks the leader for a takeover run within 3
        s, if the private network and the cluster lock work. The address is in
        the kernel of its owner alone within 31 s, if the takeover run succeeds.
  To do: If it persists: check \`ctdb event status legacy takeip\` and the log on
         that node, and look for other programs that manage its interfaces. If
         it persists: run \`ctdbts ipreallocate\`.

x ERROR ip-duplicate-kernel
  * 10.0.0.6 is in the kernels of nodes 0 and 1
      kernel of node 0: has 10.0.0.6/24 on eth1
      kernel of node 1: has 10.0.0.6/24 on eth1
      CTDB on node 0: says that it owns it
      -> ip-rogue: the kernel of node 1 holds 10.0.0.6, which node 1 does not
         own
  CTDB: The recovery daemon of node 1 asks the leader for a takeover run within
        3 s, if the private network and the cluster lock work. The address is in
        the kernel of its owner alone within 31 s, if the takeover run succeeds.
  To do: If it persists: remove it from node 1: \`ip addr del 10.0.0.6/24 dev
         eth1\` (node 0 owns it and has it). Find out what put it there.

Transient, for example while addresses move:
  ~ ip-missing: node 1 claims 10.0.0.2, but its kernel does not have it (it is
    not in the last sample)

Could not be read:
  ? node 2: timed out after 10 s: tunables (needed by 2 checks)

3 errors; 1 transient; 1 fact could not be read (3 nodes, 6 checks)
`)
  })

  it('can group them by node', () => {
    const text = auditText(faultyReport, { ...plain, groupBy: 'node', verbose: true })
    const lines = text.split('\n').filter((line) => /^(The|Node|[x!i] )/.test(line))
    expect(lines).toEqual([
      'The cluster as a whole:',
      'x ERROR ip-duplicate-kernel',
      'Node 1 (10.9.0.2), OK, reached ssh root@node1:22:',
      'x ERROR ip-rogue',
      'Node 2 (10.9.0.3), OK, reached ssh root@node2:22:',
      'x ERROR ip-missing',
    ])
    expect(text).toContain('      follows from ip-duplicate-kernel\n')
  })

  it('shows what was seen only once', () => {
    expect(auditText(transientReport, plain)).toBe(`Transient, for example while addresses move:
  ~ ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it (it was
    not in the previous sample)

no problem found; 1 transient (3 nodes, ${CHECKS.length - NEEDING_PROBE.length} checks)
`)
  })

  it('does not report as fine what it could not read', () => {
    expect(auditText(blindReport, plain)).toBe(`Could not be read:
  ? node 1: nobody looked at the node: host.addresses, host.drops, host.version
    (needed by 2 checks)

no problem found; 3 facts could not be read (3 nodes, 2 checks); read only once,
so transient faults cannot be recognized
`)
  })

  it('shows some of many findings of a kind, and all on request', () => {
    const items = (verbose: boolean) => auditText(emptyReport, { ...plain, verbose }).match(/^ {2}\* /gm)
    expect(items(false)).toHaveLength(10)
    expect(auditText(emptyReport, plain)).toContain('  ... and 20 more of this kind\n')
    expect(items(true)).toHaveLength(30)
  })

  it('keeps to 80 columns', () => {
    for (const report of [faultyReport, transientReport, blindReport]) {
      for (const line of auditText(report, plain).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  it('is coloured on request, with the same text', () => {
    const coloured = auditText(faultyReport, { ...plain, paint: painter(true) })
    expect(coloured).toContain('\x1b[31mx ERROR\x1b[39m ip-missing')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(auditText(faultyReport, plain))
  })
})
