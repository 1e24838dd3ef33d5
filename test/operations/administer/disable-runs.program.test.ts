import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { localTime } from '../../../src/lib/local-time.ts'
import {
  type DisabledRuns,
  disabledSeconds,
  NO_RECOVERY_DAEMON,
  withTakeoverRunsDisabled,
} from '../../../src/operations/administer/disable-runs.ts'
import { targetNode } from '../../../src/operations/target-node.ts'
import type { LogEntry } from '../../../src/sim/log/entry.ts'
import { SimCluster } from '../../../src/sim/serve/sim-cluster.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { CtdbClient } from '../../../src/transport/client/client.ts'

const SECONDS = 600

/** A cluster that goes on, seen from its node 0, and what its recovery daemons were told. */
async function running({ timeoutMs = 5_000 } = {}) {
  const said: string[] = []
  const log = ({ pnn, text }: LogEntry) => {
    if (/^(Disabling|Reenabling) takeover runs/.test(text)) said.push(`${pnn} ${text.split(' ')[0]}`)
  }
  const cluster = new SimCluster({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 5, upForMs: 20_000, log })
  await cluster.comeUp()
  cluster.driver.start()
  said.length = 0
  const client = new CtdbClient(cluster.connect(0), { peer: 'node 0', timeoutMs })
  const pnn = client.pnn()
  pnn.catch(() => {})
  const node = targetNode({ client, pnn, timeoutMs }, undefined)
  return {
    cluster,
    client,
    said,
    disabled: <T>(work: () => Promise<T>, options: Partial<DisabledRuns> = {}) =>
      withTakeoverRunsDisabled(node, { nodes: [0, 1, 2], seconds: SECONDS, ...options }, work),
    [Symbol.dispose]: () => {
      client.close()
      cluster.close()
    },
  }
}

const ALL_DISABLED = ['0 Disabling', '1 Disabling', '2 Disabling']
const ALL_ENABLED = ['0 Reenabling', '1 Reenabling', '2 Reenabling']

describe('takeover runs are disabled on all nodes during the work, and enabled again', () => {
  it('after it succeeds', async () => {
    using to = await running()
    const during = await to.disabled(async () => to.said.splice(0).sort())
    expect(during).toEqual(ALL_DISABLED)
    expect(to.said.sort()).toEqual(ALL_ENABLED)
  })

  it('after it fails; its error is passed on', async () => {
    using to = await running()
    await expect(to.disabled(() => Promise.reject(new Error('no')))).rejects.toThrow(/^no$/)
    expect(to.said.sort()).toEqual([...ALL_DISABLED, ...ALL_ENABLED].sort())
  })

  it('after it is aborted; the reason is passed on', async () => {
    using to = await running()
    const controller = new AbortController()
    const { signal } = controller
    const work = async () => {
      setTimeout(() => controller.abort(new Error('enough')), 20)
      await sleep(60_000, undefined, { signal })
    }
    await expect(to.disabled(work, { signal })).rejects.toThrow('aborted')
    expect(to.said.sort()).toEqual([...ALL_DISABLED, ...ALL_ENABLED].sort())
  })

  it('after it is aborted while a node has not answered yet', async () => {
    using to = await running({ timeoutMs: 500 })
    to.cluster.carryOut('hang 2')
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(to.disabled(async () => 1, { signal: controller.signal })).rejects.toThrow(/^enough$/)
    expect(to.said.sort()).toEqual(['0 Disabling', '0 Reenabling', '1 Disabling', '1 Reenabling'])
  })

  it('unless it is aborted before it starts: then nothing is sent', async () => {
    using to = await running()
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(to.disabled(async () => 1, { signal })).rejects.toThrow(/^enough$/)
    expect(to.said).toEqual([])
  })

  it('after a node refuses, as a leader does in the middle of a run', async () => {
    using to = await running()
    to.cluster.carryOut('script 2 ipreallocated 60')
    to.cluster.carryOut('run')
    await sleep(500)
    to.said.length = 0
    const work = vi.fn(async () => 1)
    await expect(to.disabled(work)).rejects.toMatchObject({
      code: 'RUNS_NOT_DISABLED',
      message: expect.stringMatching(/^node \d refuses to disable takeover runs$/),
      exitStatus: 1,
      ctdbText: { stderr: ['Failed to disable takeover runs'] },
    })
    expect(work).not.toHaveBeenCalled()
    await expect.poll(() => to.said).toEqual(expect.arrayContaining(ALL_ENABLED))
  })

  it('after a node does not answer; it receives both requests if it wakes up', async () => {
    using to = await running({ timeoutMs: 300 })
    to.cluster.carryOut('hang 1')
    const failed = to.disabled(async () => 1)
    await expect(failed).rejects.toMatchObject({
      code: 'RUNS_NOT_DISABLED',
      message: 'cannot disable takeover runs: no answer from node 1',
      exitStatus: 62,
    })
    expect(to.said.sort()).toEqual(['0 Disabling', '0 Reenabling', '2 Disabling', '2 Reenabling'])
  })

  it('unless a node is lost meanwhile: the error says until when they stay disabled', async () => {
    using to = await running({ timeoutMs: 300 })
    const work = async () => to.cluster.carryOut('hang 2')
    await expect(to.disabled(work)).rejects.toMatchObject({
      code: 'RUNS_STILL_DISABLED',
      message: expect.stringMatching(/^takeover runs stay disabled on node 2 until/),
      exitStatus: 62,
      ctdbText: {
        stderr: [
          'Timed out waiting to disable takeover runs',
          'Failed to enable takeover runs',
          expect.stringContaining('resume by themselves'),
        ],
      },
    })
  })

  it('unless the connection is lost: the error says so, and until when they stay disabled', async () => {
    using to = await running()
    const work = async () => {
      to.client.close()
      return await to.client.pnn()
    }
    await expect(to.disabled(work)).rejects.toThrow(/was closed; and takeover runs stay disabled on nodes 0, 1 and 2 until/)
  })
})

it('enables takeover runs through another connection if the first one is lost', async () => {
  using to = await running()
  const reconnect: DisabledRuns['reconnect'] = async (use) => {
    using client = new CtdbClient(to.cluster.connect(1), { peer: 'node 1' })
    return await use(targetNode({ client, pnn: client.pnn(), timeoutMs: 5_000 }, undefined))
  }
  const work = async () => {
    to.client.close()
    return await to.client.pnn()
  }
  await expect(to.disabled(work, { reconnect })).rejects.toThrow(/was closed$/)
  expect(to.said.sort()).toEqual([...ALL_DISABLED, ...ALL_ENABLED].sort())
})

describe('when the connection is lost before any node has answered', () => {
  /** Nodes 1 and 2 hang: they are asked, and say nothing. */
  const lost = async (options: (cluster: SimCluster) => Partial<DisabledRuns>) => {
    const to = await running({ timeoutMs: 60_000 })
    onTestFinished(() => to[Symbol.dispose]())
    to.cluster.carryOut('hang 1')
    to.cluster.carryOut('hang 2')
    setTimeout(() => to.client.close(), 200)
    const onEnabled = vi.fn()
    const error: unknown = await to
      .disabled(async () => 1, { onEnabled, ...options(to.cluster) })
      .catch((reason: unknown) => reason)
    return { ...to, onEnabled, message: error instanceof Error ? error.message : '' }
  }

  it.each([
    { situation: 'there is no other way', reconnect: undefined },
    { situation: 'there is no other way any more', reconnect: () => Promise.reject(new Error('refused')) },
  ])('and $situation, the error names all nodes asked, and onEnabled is not called', async ({ reconnect }) => {
    const { message, onEnabled } = await lost(() => ({ nodes: [1, 2], reconnect }))
    expect(message).toMatch(/was closed; and takeover runs may stay disabled on nodes 1 and 2 until/)
    expect(onEnabled).not.toHaveBeenCalled()
  })

  it('the error names nodes that agreed together with the others', async () => {
    expect((await lost(() => ({}))).message).toMatch(/takeover runs may stay disabled on nodes 0, 1 and 2 until/)
  })

  it('calls onEnabled once the daemon has passed on the request', async () => {
    const { message, onEnabled, cluster, said } = await lost((other) => ({
      nodes: [1, 2],
      reconnect: async (use) => {
        using client = new CtdbClient(other.connect(0), { peer: 'node 0' })
        return await use(targetNode({ client, pnn: client.pnn(), timeoutMs: 5_000 }, undefined))
      },
    }))
    expect(message).toMatch(/was closed$/)
    expect(onEnabled).toHaveBeenCalledOnce()
    cluster.carryOut('resume 1')
    await expect.poll(() => said, { timeout: 5_000 }).toEqual(expect.arrayContaining(['1 Disabling', '1 Reenabling']))
  })
})

it('disables takeover runs for at most a day', async () => {
  using to = await running()
  const work = async () => to.client.close()
  const tomorrow = localTime(new Date(Date.now() + 86_400_000), new Date()).slice(0, 10)
  await expect(to.disabled(work, { seconds: 0xffff_ffff })).rejects.toThrow(`until ${tomorrow}`)
  expect([-1, 10, 100_000].map(disabledSeconds)).toEqual([86_400, 20, 86_400])
})

it('reports only the lost connection when nothing was disabled yet', async () => {
  using to = await running()
  to.client.close()
  await expect(to.disabled(async () => 1)).rejects.toThrow(/was closed$/)
})

it('gives up early, on request, if no node answers', async () => {
  using to = await running({ timeoutMs: 60_000 })
  to.cluster.carryOut('hang 1')
  to.cluster.carryOut('hang 2')
  const work = vi.fn(async () => 1)
  await expect(to.disabled(work, { nodes: [1, 2], silenceMs: 100 })).rejects.toMatchObject({
    code: NO_RECOVERY_DAEMON,
    exitStatus: 62,
  })
  expect(work).not.toHaveBeenCalled()
  // Should they wake up, they find that they are not to be disabled any more.
  to.cluster.carryOut('resume 1')
  await expect.poll(() => to.said, { timeout: 5_000 }).toEqual(expect.arrayContaining(['1 Disabling', '1 Reenabling']))
})
