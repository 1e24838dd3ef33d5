import { describe, expect, it } from 'vitest'
import { fails, prints, simNodes } from '../support/sim-nodes.ts'

const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout)

describe('uptime', () => {
  it('shows the times of the node that is asked', async () => {
    const { on } = await simNodes()
    const time = String.raw`\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}`
    const lines = [
      `Current time of node 1        :                ${time}`,
      String.raw`Ctdbd start time              : \(000 00:\d\d:\d\d\) ${time}`,
      String.raw`Time of last recovery/failover: \(000 00:\d\d:\d\d\) ${time}`,
      String.raw`Duration of last recovery/failover: \d\.\d{6} seconds`,
    ]
    // Words that are too many do not disturb it, as with ctdb.
    expect((await on(0, 'uptime', '-n', '1', 'please')).stdout).toMatch(new RegExp(`^${lines.join('\n')}\n$`))
    const { pnn, now, daemonStart, lastRecoveryStarted, lastRecoveryFinished, lastRecoverySeconds } = json(
      await on(0, 'uptime', '--json'),
    )
    expect(pnn).toBe(0)
    expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(30)
    expect(daemonStart).toBeLessThan(lastRecoveryStarted)
    expect(lastRecoverySeconds).toBeCloseTo(lastRecoveryFinished - lastRecoveryStarted, 3)
  })
})

describe('ping', () => {
  it('measures', async () => {
    const { on } = await simNodes()
    expect((await on(0, 'ping', '-n', '2')).stdout).toMatch(/^response from 2 time=\d\.\d{6} sec {2}\(2 clients\)\n$/)
    expect(json(await on(0, 'ping', '--json'))).toEqual({ formatVersion: 1, pnn: 0, seconds: expect.any(Number), clients: 2 })
  })

  it('ends with 110 when a node hangs', async () => {
    const { on, cluster } = await simNodes()
    cluster.carryOut('hang 2')
    expect(await on(0, 'ping', '-n', '2', '-t', '1')).toMatchObject(fails('Control PING failed to node 2, ret=110\n', 110))
  })
})

describe('runstate', () => {
  it('is shown, or compared with each argument', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'runstate')).toMatchObject(prints('RUNNING\n'))
    expect(await on(0, 'runstate', 'startup', 'Running', 'nonsense')).toMatchObject(prints('RUNNING\n'))
    expect(await on(0, 'runstate', 'startup', 'shutdown')).toMatchObject(
      prints('CTDB not in required run state (got RUNNING)\n', 1),
    )
    expect(await on(0, 'runstate', 'nonsense', 'running')).toMatchObject(prints('Invalid run state (nonsense)\n', 1))
    expect(await on(0, 'runstate', 'unknown')).toMatchObject(prints('Invalid run state (unknown)\n', 1))
    expect(json(await on(0, 'runstate', '--json', '-n', '1'))).toEqual({ formatVersion: 1, pnn: 1, runState: 'RUNNING' })
    expect(json(await on(0, 'runstate', 'setup', '--json')).error.code).toBe('OTHER_RUN_STATE')
  })
})

describe('statistics', () => {
  it('count requests until they are reset', async () => {
    const { on } = await simNodes()
    const asked = async () => json(await on(0, 'statistics', '--json')).statistics.client.reqControl
    const first = await asked()
    expect(await asked()).toBeGreaterThan(first)
    expect(await on(0, 'statisticsreset')).toMatchObject(prints(''))
    expect(await asked()).toBeLessThan(first)
    expect(await on(0, 'statisticsreset', '-vn1')).toMatchObject(fails('the statistics of node 1 were reset\n', 0))
  })

  it('have all their fields in JSON, times in seconds', async () => {
    const { on } = await simNodes()
    const { pnn, statistics } = json(await on(0, 'statistics', '--json', '-n', '1'))
    expect(pnn).toBe(1)
    expect(statistics).toMatchObject({
      numClients: 2,
      recovering: 0,
      numRecoveries: expect.any(Number),
      node: { reqControl: expect.any(Number), reqTunnel: 0 },
      locks: { numCalls: 0, latency: { num: 0, min: 0, max: 0, total: 0 }, buckets: Array(16).fill(0) },
      reclock: { recd: { num: 0, min: 0, max: 0, total: 0 } },
    })
    expect(statistics.keepalivePacketsSent).toBeGreaterThan(0)
    expect(Math.abs(statistics.currentTime - Date.now() / 1000)).toBeLessThan(30)
    expect(statistics).not.toHaveProperty('lastCounter')
  })

  it('have one heading and one line with separators', async () => {
    const { on } = await simNodes()
    const [heading = '', values = '', end] = (await on(0, 'statistics', '-Yx,')).stdout.split('\n')
    expect(heading).toMatch(
      /^CTDB version,Current time of statistics,Statistics collected since,num_clients,.*,max_childwrite_latency,$/,
    )
    expect(values).toMatch(/^1,\d{10},\d{10},2,0,0,.*,0\.000000,$/)
    expect(values.split(',')).toHaveLength(heading.split(',').length)
    expect(end).toBe('')
  })

  it('of the last intervals have the recovery in which the cluster came up', async () => {
    const { on } = await simNodes()
    expect((await on(0, 'stats')).stdout).toMatch(/^CTDB version 1\n/)
    const recoveries = json(await on(0, 'stats', '--json')).history.map(
      ({ numRecoveries }: { readonly numRecoveries: number }) => numRecoveries,
    )
    expect(Math.max(...recoveries)).toBe(1)
  })
})

describe('process-exists', () => {
  it('finds the recovery daemon, and what it listens to', async () => {
    const { on } = await simNodes()
    expect(await on(0, 'process-exists', '1001')).toMatchObject(prints('PID 1001 exists\n'))
    // That of ctdbd itself is no client of it.
    expect(await on(0, 'process-exists', '1000')).toMatchObject(prints('PID 1000 does not exist\n', 1))
    expect(await on(0, 'process-exists', '2001', '0xFB00000000000000', '-n', '1')).toMatchObject(
      prints('PID 2001 with SRVID 0xfb00000000000000 exists\n'),
    )
    expect(await on(0, 'process-exists', '1001', '0xab')).toMatchObject(prints('PID 1001 with SRVID 0xab does not exist\n', 1))
    expect(await on(0, 'process-exists', '1001', 'x')).toMatchObject(fails('', 22))
    const result = await on(0, 'process-exists', '7', '--json')
    expect(json(result)).toEqual({ formatVersion: 1, pnn: 0, pid: 7, srvid: null, exists: false })
    expect(result.status).toBe(1)
  })
})

describe('the leader', () => {
  it('is reported by today’s nodes under its new name and its old ones', async () => {
    const { on, cluster } = await simNodes()
    const { leader } = cluster.world
    const other = leader === 0 ? 1 : 0
    expect(await on(0, 'leader')).toMatchObject(prints(`${leader}\n`))
    expect(await on(0, 'recmaster', '-n', '2')).toMatchObject(prints(`${leader}\n`))
    expect(await on(leader ?? -1, 'isnotrecmaster')).toMatchObject(prints('this node is the recmaster\n'))
    expect(await on(other, 'isnotrecmaster')).toMatchObject(prints('this node is not the recmaster\n', 1))
    expect(await on(0, 'isnotrecmaster', '-n', '1')).toMatchObject(fails('Node cannot be specified for command isnotrecmaster\n'))
    expect(json(await on(other, 'isnotrecmaster', '--json'))).toEqual({ formatVersion: 1, pnn: other, leader, isLeader: false })
  })

  it('is reported by nodes of 2017, too', async () => {
    const { on, cluster } = await simNodes({ era: '2017' })
    const leader = cluster.world.leader ?? -1
    for (const command of ['recmaster', 'leader']) expect(await on(0, command)).toMatchObject(prints(`${leader}\n`))
    expect(await on(leader, 'isnotrecmaster')).toMatchObject(prints('this node is the recmaster\n'))
  })

  it('is unknown when no leader is heard', async () => {
    const { on, cluster } = await simNodes()
    for (const pnn of [0, 1, 2]) cluster.carryOut(`stop ${pnn}`)
    await expect.poll(() => cluster.world.leader, { timeout: 20_000 }).toBeUndefined()
    await expect.poll(() => on(0, 'leader', '-t', '2'), { timeout: 20_000 }).toMatchObject(prints('UNKNOWN\n'))
    expect(json(await on(0, 'recmaster', '-t', '2', '--json'))).toEqual({ formatVersion: 1, leader: null })
  })
})
