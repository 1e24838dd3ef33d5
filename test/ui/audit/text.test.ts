import { describe, expect, it } from 'vitest'
import { auditText } from '../../../src/ui/audit/text.ts'
import { painter } from '../../../src/ui/table.ts'
import { blindReport, cleanReport, emptyReport, faultyReport, transientReport } from './reports.ts'

const paint = painter(false)
const plain = { groupBy: 'fault', verbose: false, paint } as const

describe('a report for people', () => {
  it('is one line when nothing is wrong', () => {
    expect(auditText(cleanReport, plain)).toBe('Nothing is wrong (3 nodes, 42 checks)\n')
  })

  it('says of each fault how it was seen, what CTDB does and what to do, and what follows from it', () => {
    expect(auditText(faultyReport, plain)).toBe(`x ERROR ip-missing
  * node 2 claims 10.0.0.1, but its kernel does not have it
      CTDB on node 2: says that it owns it
      kernel of node 2: does not have it on any interface
  CTDB: The node's recovery daemon compares the two about once a second and asks
        the leader for a takeover run, which puts the address back.
  To do: When it stays: look at \`ctdb event status legacy takeip\` and the log on
         that node, and for what else manages its interfaces; then \`ctdbts
         ipreallocate\`.

x ERROR ip-duplicate-kernel
  * 10.0.0.6 is in the kernels of nodes 0 and 1
      kernel of node 0: has 10.0.0.6/24 on eth1
      kernel of node 1: has 10.0.0.6/24 on eth1
      CTDB on node 0: says that it owns it
      -> ip-rogue: the kernel of node 1 holds 10.0.0.6, which node 1 does not
         own
  CTDB: The recovery daemon of the node that does not own it asks for a takeover
        run within about a second, which makes that node release it; unless that
        node is inactive, or its daemon is dead.
  To do: Remove it from the node that does not own it: \`ip addr del\`; then find
         out who put it there.

Transient, as while addresses are being moved:
  ~ ip-missing: node 1 claims 10.0.0.2, but its kernel does not have it (it is
    gone in the last sample)

Could not be seen:
  ? node 2: timed out after 10 s: tunables (wanted by 1 check)

3 errors; 1 transient; 1 thing could not be seen (3 nodes, 42 checks)
`)
  })

  it('can have them node by node', () => {
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

  it('says what was seen once only', () => {
    expect(auditText(transientReport, plain)).toBe(`Transient, as while addresses are being moved:
  ~ ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it (it was
    not there in the sample before)

nothing wrong; 1 transient (3 nodes, 42 checks)
`)
  })

  it('does not take for well what it could not see', () => {
    expect(auditText(blindReport, plain)).toBe(`Could not be seen:
  ? node 1: nobody looked at the node: host.addresses, host.drops, host.version
    (wanted by 2 checks)

nothing wrong; 3 things could not be seen (3 nodes, 2 checks); seen once only,
so what is transient could not be told
`)
  })

  it('shows some of many of a kind, and all of them on wish', () => {
    const items = (verbose: boolean) => auditText(emptyReport, { ...plain, verbose }).match(/^ {2}\* /gm)
    expect(items(false)).toHaveLength(10)
    expect(auditText(emptyReport, plain)).toContain('  ... and 20 more of the kind\n')
    expect(items(true)).toHaveLength(30)
  })

  it('keeps to 80 columns', () => {
    for (const report of [faultyReport, transientReport, blindReport]) {
      for (const line of auditText(report, plain).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  it('is coloured on wish, and says the same without', () => {
    const coloured = auditText(faultyReport, { ...plain, paint: painter(true) })
    expect(coloured).toContain('\x1b[31mx ERROR\x1b[39m ip-missing')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(auditText(faultyReport, plain))
  })
})
