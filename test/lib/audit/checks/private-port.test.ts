import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { HostConnection } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingIn, healthyCluster, withFacts, withHost } from '../../../support/audit-cluster.ts'

const good = healthyCluster()
const found = (snapshot: Snapshot) =>
  auditSamples([snapshot, snapshot])
    .findings.filter(({ id }) => id === 'private-port')
    .map(({ state, message }) => `${state}: ${message}`)

/** What becomes of the connection from one node to the port of another one; undefined takes it away. */
function changed(snapshot: Snapshot, from: number, to: number, change: Partial<HostConnection> | undefined): Snapshot {
  const isIt = ({ state, peer }: HostConnection) =>
    state !== 'LISTEN' && peer.address === `10.9.0.${to + 1}` && peer.port === 4379
  return withHost(snapshot, from, ({ connections = [] }) => ({
    connections: connections.flatMap((each) => (isIt(each) ? (change ? [{ ...each, ...change }] : []) : [each])),
  }))
}

const unanswered = { state: 'SYN-SENT', resent: 0 } as const

describe('a private port', () => {
  it.each<[string, Partial<HostConnection> | undefined, string]>([
    ['does not answer', unanswered, 'port 4379 of 10.9.0.3 does not answer'],
    ['refuses connections', undefined, 'there is no connection to port 4379 of 10.9.0.3'],
    ['does not acknowledge what it is sent', { resent: 5 }, 'what was sent to port 4379 of 10.9.0.3 is not acknowledged'],
  ])('%s, while its node reaches the others', (_, change, evidence) => {
    const snapshot = changed(changed(good, 0, 2, change), 1, 2, change)
    expect(findingIn(snapshot, 'private-port')).toMatchObject({
      subject: { pnn: 2 },
      nodes: [0, 1, 2],
      message: 'nodes 0 and 1 cannot use port 4379 of node 2, which itself reaches those nodes',
      evidence: [
        `kernel of node 0: ${evidence}`,
        `kernel of node 1: ${evidence}`,
        'kernel of node 2: it is connected to port 4379 of 10.9.0.1 and 10.9.0.2',
      ],
    })
  })

  it.each<[string, Snapshot]>([
    ['that no side reaches: another check reports that', changed(changed(good, 0, 2, unanswered), 2, 0, unanswered)],
    ['that is slow', changed(good, 0, 2, { resent: 4 })],
    ['at which nobody listens', withHost(changed(good, 0, 2, unanswered), 2, () => ({ connections: [] }))],
    ['of a node whose daemon does not answer', withFacts(changed(good, 0, 2, unanswered), 2, () => ({ runState: undefined }))],
    ['of a node whose kernel was not seen', withHost(changed(good, 0, 2, unanswered), 2, () => ({ connections: undefined }))],
  ])('is not reported, %s', (_, snapshot) => {
    expect(found(snapshot)).toEqual([])
  })

  it('may be waited for where a daemon has just started', () => {
    const snapshot = withFacts(changed(good, 0, 2, unanswered), 2, ({ times }) =>
      times ? { times: { ...times, daemonStart: times.now - 5 } } : {},
    )
    expect(found(snapshot)).toEqual(['transient: node 0 cannot use port 4379 of node 2, which itself reaches that node'])
  })
})
