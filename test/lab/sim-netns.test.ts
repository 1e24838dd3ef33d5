import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { uniformLayout } from '../../src/lib/sim/layout.ts'
import { type SimServer, startSimServer } from '../../src/transport/serve/sim-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { listNamespaces } from './harness/network.ts'
import { waitUntil } from './harness/wait.ts'

const ADDRESSES = ['172.16.146.131', '172.16.146.132', '172.16.146.133']

/** The simulation that starts in this process, and all that is called after it. */
const simOf = (pid: number) => `ctdbts-sim-${pid}-`
const namespacesOf = async (pid: number) => (await listNamespaces()).filter((name) => name.startsWith(simOf(pid)))
const foldersOf = (pid: number) => readdirSync(tmpdir()).filter((name) => name.startsWith(simOf(pid)))

/** The public addresses that a kernel has now. */
async function heldIn(namespace: string): Promise<string[]> {
  const { stdout } = await execa('ip', ['netns', 'exec', namespace, 'ip', '-j', 'addr'])
  const links = JSON.parse(stdout) as { addr_info: { local: string }[] }[]
  return links.flatMap(({ addr_info }) => addr_info.map(({ local }) => local)).filter((address) => ADDRESSES.includes(address))
}

/** Who has each address, by PNN. */
type Sample = Readonly<Record<string, readonly number[]>>

/** Looks at all kernels as often as it can, until it is stopped. */
function watch(namespaces: readonly string[]) {
  const samples: Sample[] = []
  let stopped = false
  const look = async (): Promise<Sample> => {
    const held = await Promise.all(namespaces.map(heldIn))
    const holders = (address: string) => namespaces.flatMap((_, pnn) => (held[pnn]?.includes(address) ? [pnn] : []))
    return Object.fromEntries(ADDRESSES.map((address) => [address, holders(address)]))
  }
  const watching = (async () => {
    while (!stopped) {
      const sample = await look()
      const twice = ADDRESSES.filter((address) => (sample[address]?.length ?? 0) > 1)
      // The kernels are not looked at in the same instant: what has moved in between is not on two nodes.
      const again = twice.length > 0 ? await look() : sample
      samples.push(again)
    }
  })()
  return {
    samples,
    look,
    async stop(): Promise<void> {
      stopped = true
      await watching
    },
  }
}

/** What came after what, without repetitions. */
function course(samples: readonly Sample[], address: string): string[] {
  const texts = samples.map((sample) => sample[address]?.join('+') || 'nobody')
  return texts.filter((text, index) => text !== texts[index - 1])
}

const mostHolders = (samples: readonly Sample[]): number =>
  Math.max(...samples.flatMap((sample) => ADDRESSES.map((address) => sample[address]?.length ?? 0)))

async function start(directory?: string): Promise<SimServer> {
  return await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 1, netns: true, directory })
}

describeOnLab('simulated nodes with real kernels', () => {
  it('tell the story of the seed: an address is there, is gone after a restart of the network, and comes back', async () => {
    using dir = tempDir()
    const sim = await start(dir.path)
    const namespaces = sim.nodes.map(({ namespace }) => namespace ?? '')
    expect((await namespacesOf(process.pid)).sort()).toEqual([...namespaces, `${simOf(process.pid)}switch`].sort())
    const { world } = sim.cluster
    const ownerOf = (address: string) =>
      world.nodes[0]!.daemon!.publicIps.known().find((known) => known.address.address === address)!.pnn
    const eyes = watch(namespaces)
    try {
      const atFirst = await eyes.look()
      expect(atFirst).toEqual(Object.fromEntries(ADDRESSES.map((address) => [address, [ownerOf(address)]])))

      for (const address of [ADDRESSES[0]!, ADDRESSES[2]!]) {
        const owner = ownerOf(address)
        const from = eyes.samples.length
        sim.cluster.carryOut(`restart-network ${owner}`)
        const courseNow = () => course(eyes.samples.slice(from), address)
        await waitUntil(`${address} has gone and come`, async () => {
          const seen = courseNow().join(', ')
          return seen.endsWith(`nobody, ${owner}`) ? undefined : seen
        })
        expect(courseNow()).toEqual([String(owner), 'nobody', String(owner)])
        expect(await eyes.look()).toEqual(atFirst)
      }

      // One that moves is nowhere on its way, rather than on both.
      const [address] = ADDRESSES as [string]
      const from = eyes.samples.length
      const before = ownerOf(address)
      sim.cluster.carryOut(`disable ${before}`)
      sim.cluster.carryOut('run')
      await waitUntil('it has moved', async () =>
        (await eyes.look())[address]?.some((pnn) => pnn !== before) ? undefined : 'no',
      )
      await eyes.stop()
      const moved = course(eyes.samples.slice(from), address)
      expect(moved[0]).toBe(String(before))
      expect(mostHolders(eyes.samples)).toBe(1)
      expect(eyes.samples.length).toBeGreaterThan(20)
    } finally {
      await eyes.stop()
      await sim[Symbol.asyncDispose]()
    }
    expect(await namespacesOf(process.pid)).toEqual([])
    expect(existsSync(sim.nodes[0]!.socketPath)).toBe(false)
  }, 90_000)

  it('when they are killed leave things behind, which the next that starts removes', async () => {
    const url = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)
    const script = `
      import { uniformLayout } from ${url('lib/sim/layout.ts')}
      import { startSimServer } from ${url('transport/serve/sim-server.ts')}
      await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 1, netns: true })
      console.log('it runs')
      setInterval(() => {}, 1000)`
    const killed = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { pid = 0 } = killed
    let said = ''
    killed.stdout.on('data', (text) => {
      said += text
    })
    await waitUntil('the other runs', async () => (said === 'it runs\n' ? undefined : `it has said ${JSON.stringify(said)}`))
    killed.kill('SIGKILL')
    await new Promise((resolve) => killed.on('close', resolve))
    await sleep(100)
    expect(await namespacesOf(pid)).toHaveLength(4)
    expect(foldersOf(pid)).toHaveLength(1)

    const next = await start()
    try {
      expect(await namespacesOf(pid)).toEqual([])
      expect(foldersOf(pid)).toEqual([])
      expect(await namespacesOf(process.pid)).toHaveLength(4)
      expect(foldersOf(process.pid)).toHaveLength(1)
    } finally {
      await next[Symbol.asyncDispose]()
    }
    expect(await namespacesOf(process.pid)).toEqual([])
    expect(foldersOf(process.pid)).toEqual([])
  }, 90_000)
})
