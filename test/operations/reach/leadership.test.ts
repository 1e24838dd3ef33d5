import { describe, expect, it } from 'vitest'
import type { Hosts } from '../../../src/operations/reach/hosts.ts'
import { leadersHeardBy } from '../../../src/operations/reach/leadership.ts'
import { healthyCluster, withFacts } from '../../support/audit-cluster.ts'

/** The machine of a node whose daemon is or was listened to. */
const hosts = (isOpen: boolean, leaders: readonly number[] | undefined) =>
  ({
    get: () => ({
      daemon: { client: { isOpen }, listener: { currentLeaders: () => leaders, recentLeaders: async () => leaders ?? [] } },
    }),
  }) as unknown as Pick<Hosts, 'get'>

const before = withFacts(healthyCluster(), 1, () => ({ leaders: [2] }))

describe('the leaders that a daemon has announced', () => {
  it('are those that its listener heard, or in a series, until it has listened for long enough, those of the sample before', async () => {
    expect(await leadersHeardBy(hosts(true, [0]), 1, undefined)).toEqual([0])
    expect(await leadersHeardBy(hosts(true, []), 1, before)).toEqual([])
    expect(await leadersHeardBy(hosts(true, undefined), 1, before)).toEqual([2])
  })

  it('are not known once the connection has ended', async () => {
    expect(await leadersHeardBy(hosts(false, []), 1, before)).toBeUndefined()
    expect(await leadersHeardBy({ get: () => undefined }, 1, undefined)).toBeUndefined()
  })
})
