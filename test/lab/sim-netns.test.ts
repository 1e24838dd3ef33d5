import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { type SimServer, startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { listNamespaces } from './harness/network.ts'
import { waitUntil } from './harness/wait.ts'

const ADDRESSES = ['172.16.146.131', '172.16.146.132', '172.16.146.133']

/** The prefix of the names that belong to the simulation that a process runs. */
const simOf = (pid: number) => `ctdbts-sim-${pid}-`
const namespacesOf = async (pid: number) => (await listNamespaces()).filter((name) => name.startsWith(simOf(pid)))
const foldersOf = (pid: number) => readdirSync(tmpdir()).filter((name) => name.startsWith(simOf(pid)))

/** The public addresses that the kernel of a node holds. */
async function heldIn(namespace: string): Promise<string[]> {
  const { stdout } = await execa('ip', ['netns', 'exec', namespace, 'ip', '-j', 'addr'])
  const links = JSON.parse(stdout) as { addr_info: { local: string }[] }[]
  return links.flatMap(({ addr_info }) => addr_info.map(({ local }) => local)).filter((address) => ADDRESSES.includes(address))
}

/** The PNNs of the nodes that hold each address. */
type Sample = Readonly<Record<string, readonly number[]>>

/** Records what all kernels hold, as often as possible, until it is stopped. */
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
      // The kernels are not read at the same instant, so an address that moves in between may seem to be on two nodes.
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

/** The holders of an address in the order of time, without repetitions. */
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
  it('lose an address when the network restarts, and get it back', async () => {
    using dir = tempDir()
    const sim = await start(dir.path)
    const namespaces = sim.nodes.map(({ namespace }) => namespace ?? '')
    expect((await namespacesOf(process.pid)).sort()).toEqual([...namespaces, `${simOf(process.pid)}switch`].sort())
    const { world } = sim.cluster
    const ownerOf = (address: string) =>
      world.nodes[0]!.daemon!.publicIps.known().find((known) => known.address.address === address)!.pnn
    const eyes = watch(namespaces)
    try {
      // A cluster can be healthy while a takeover run still moves addresses to the node that came up last.
      const owned = () => Object.fromEntries(ADDRESSES.map((address) => [address, [ownerOf(address)]]))
      await waitUntil('each node owns one address, and holds it', async () => {
        const seen = await eyes.look()
        return new Set(ADDRESSES.map(ownerOf)).size === 3 && isDeepStrictEqual(seen, owned()) ? undefined : JSON.stringify(seen)
      })
      const atFirst = owned()

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

      // An address that moves is on no node for a while, and never on both.
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
  }, 180_000)

  it('leave things behind when they are killed, which the next simulation removes', async () => {
    const url = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)
    const script = `
      import { uniformLayout } from ${url('sim/world/layout.ts')}
      import { startSimServer } from ${url('sim/serve/sim-server.ts')}
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
    // Looked at while it lives: afterwards any other simulation on this machine may remove them.
    expect(await namespacesOf(pid)).toHaveLength(4)
    expect(foldersOf(pid)).toHaveLength(1)
    killed.kill('SIGKILL')
    await new Promise((resolve) => killed.on('close', resolve))

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
  }, 180_000)
})
