import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { auditCheckmk, checkmkFailure } from '../../../src/ui/audit/checkmk.ts'
import { blindReport, cleanReport, faultyReport } from './reports.ts'

/**
 * A line of a local check as Checkmk's documentation describes it: four parts with one blank between them. The name is in double quotes; metrics
 * are `name=value`, with `|` between them, or `-`; a backslash and an n in the details begin a new line.
 */
function parsed(text: string) {
  const match = /^([0-3]) "([^"'`;~!$%^&*|<>?,()=]+)" (\S+) ([^\n]+)\n$/.exec(text)
  if (!match) throw new Error(`no local check: ${text}`)
  const [, state, service, metrics = '', details = ''] = match
  const pairs = metrics === '-' ? [] : metrics.split('|').map((metric) => /^(\w+)=(\d+)$/.exec(metric)?.slice(1))
  const [summary, ...lines] = details.split('\\n')
  return { state: Number(state), service, metrics: Object.fromEntries(pairs as string[][]), summary, lines }
}

describe('a report for Checkmk', () => {
  it('is one service with the state, metrics, a summary, and a line for each finding', () => {
    expect(parsed(auditCheckmk(faultyReport, []))).toEqual({
      state: 2,
      service: 'CTDB',
      metrics: {
        ctdb_errors: '3',
        ctdb_warnings: '0',
        ctdb_infos: '0',
        ctdb_transient: '1',
        ctdb_unknown: '1',
        ctdb_nodes: '3',
        ctdb_accepted: '0',
      },
      summary:
        '3 errors; 1 transient; 1 fact could not be read: ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it; ip-duplicate-kernel: 10.0.0.6 is in the kernels of nodes 0 and 1',
      lines: [
        'ERROR ip-missing: node 2 claims 10.0.0.1, but its kernel does not have it',
        'ERROR ip-duplicate-kernel: 10.0.0.6 is in the kernels of nodes 0 and 1',
        'ERROR ip-rogue: the kernel of node 1 holds 10.0.0.6, which node 1 does not own',
        'TRANSIENT ip-missing: node 1 claims 10.0.0.2, but its kernel does not have it',
      ],
    })
    expect(parsed(auditCheckmk(cleanReport, []))).toMatchObject({ state: 0, summary: 'no problem found', lines: [] })
    expect(parsed(auditCheckmk(blindReport, []))).toMatchObject({ state: 3 })
  })

  it.each([
    [['prod'], 'CTDB prod'],
    [['root@node1:2222', 'node2'], 'CTDB root@node1:2222 node2'],
    [['a"b;c|d'], 'CTDB a b c d'],
  ])('has the cluster in the name of the service: %j', (hosts, service) => {
    expect(parsed(auditCheckmk(cleanReport, hosts))).toMatchObject({ service })
  })

  it('is unknown when the audit has failed, with the reason', () => {
    const failure = new CtdbtsError('NO_SOCKET', 'no daemon | at \x1b[2J\\n', { hint: 'start it' })
    expect(parsed(checkmkFailure(failure, ['prod']))).toEqual({
      state: 3,
      service: 'CTDB prod',
      metrics: {},
      summary: 'no daemon / at \\x1b[2J\\ n',
      lines: ['start it'],
    })
  })
})
