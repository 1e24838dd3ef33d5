import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { outputLines, scriptText } from '../../../src/lib/audit/script-runs.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, withHost } from '../../support/audit-cluster.ts'

const run = (result: number, output = '') => ({ name: '60.nfs', begin: 1, end: 2, result, output })

describe('a script that failed', () => {
  it.each([
    { result: 1, says: 'ended with status 1' },
    { result: -110, says: 'timed out' },
    { result: -62, says: 'timed out' },
    { result: -4, says: 'was killed by a signal' },
    { result: -13, says: 'could not be started: permission denied' },
    { result: -99, says: 'could not be run (errno 99)' },
  ])('with $result $says', ({ result, says }) => {
    expect(scriptText(run(result))).toBe(`60.nfs ${says}`)
  })

  it('may lack its interpreter', () => {
    expect(scriptText(run(-2))).toMatch(/^60\.nfs could not be started: it, or the interpreter in its first line, does not exist/)
  })

  it('is shown with the first and the last lines of its output', () => {
    const lines = ['one', '', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
    expect(outputLines(run(1, `${lines.join('\n')}\n`))).toEqual([
      'output of 60.nfs: one',
      'output of 60.nfs: two',
      'output of 60.nfs: (2 lines left out)',
      'output of 60.nfs: five',
      'output of 60.nfs: six',
      'output of 60.nfs: seven',
      'output of 60.nfs: eight',
    ])
    expect(outputLines(run(1, lines.slice(0, 8).join('\n')))).toHaveLength(7)
  })

  it.each([
    { event: 'monitor', outlook: /MonitorInterval/ },
    { event: 'startup', outlook: /stays in run state STARTUP/ },
    { event: 'takeip', outlook: /banning credits/ },
    { event: 'recovered', outlook: /does not repeat/ },
  ])('in event $event has the outlook of that event', ({ event, outlook }) => {
    const cluster: Snapshot = withHost(healthyCluster(), 1, () => ({ events: [{ event, scripts: [run(1)] }] }))
    const { findings } = auditSamples([cluster, cluster])
    expect(findings.find(({ id }) => id === 'script-failing')?.outlook).toMatch(outlook)
  })
})
