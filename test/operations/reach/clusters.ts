import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { KNOWN_SOCKETS } from '../../../src/lib/cluster/paths.ts'
import { Cluster, type ClusterOptions } from '../../../src/operations/reach/cluster.ts'
import { SimCluster, type SimClusterOptions } from '../../../src/sim/serve/sim-cluster.ts'
import { simHostAccess } from '../../../src/sim/serve/sim-host.ts'
import { type SimServer, startSimServer } from '../../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import type { HostAccess, HostRoute } from '../../../src/transport/host-access.ts'
import { type SshConnection, SshPool, type SshPoolOptions } from '../../../src/transport/ssh/index.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** Fast, so that what comes once a second is soon there. */
const SIM: SimClusterOptions = { layout: uniformLayout(3, 4), era: 'now', seed: 1, speed: 10, upForMs: 20_000 }

/** A simulated cluster in memory, as long as the test. */
export async function inMemory(options: Partial<SimClusterOptions> = {}): Promise<SimCluster> {
  const sim = new SimCluster({ ...SIM, ...options })
  onTestFinished(() => sim.close())
  await sim.comeUp()
  sim.driver.start()
  return sim
}

/** The way to one of its nodes. */
export const nodeIn = (sim: SimCluster, pnn: number, name = `sim${pnn}`): HostRoute => ({
  name,
  reach: async () => simHostAccess(sim, pnn),
})

/** The way to a node by its private address, as `uniformLayout` has them. */
export const wayIn = (sim: SimCluster) => (privateAddress: string) =>
  nodeIn(sim, Number(privateAddress.split('.')[3]) - 1, privateAddress)

/** A way that leads nowhere. */
export const noWay = (name: string, error: Error): HostRoute => ({ name, reach: () => Promise.reject(error) })

/** A cluster that is gone to, as long as the test. */
export async function opened(options: Partial<ClusterOptions> & Pick<ClusterOptions, 'entries'>): Promise<Cluster> {
  const cluster = await Cluster.open({ socketPaths: KNOWN_SOCKETS, timeoutMs: 5_000, ...options })
  onTestFinished(() => cluster[Symbol.dispose]())
  return cluster
}

/** A simulated cluster in memory, gone to from its first node. */
export async function openedInMemory(options: Partial<SimClusterOptions> = {}): Promise<{ sim: SimCluster; cluster: Cluster }> {
  const sim = await inMemory(options)
  return { sim, cluster: await opened({ entries: [nodeIn(sim, 0)], routeTo: wayIn(sim) }) }
}

/** A simulated cluster behind SSH servers, as long as the test. */
export async function overSsh(options: Partial<SimClusterOptions> = {}): Promise<SimServer> {
  const server = await startSimServer({ ...SIM, ...options, ssh: { firstPort: 0 } })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

/** Connections made with the configuration that belongs to the servers, and with nothing of this user's own. */
export function poolFor(server: SimServer, options: Partial<SshPoolOptions> = {}): SshPool {
  const home = tempDir()
  const pool = new SshPool({ env: {}, home: home.path, connectTimeoutMs: 10_000, configFile: server.sshConfigPath, ...options })
  onTestFinished(() => {
    pool.close()
    home[Symbol.dispose]()
  })
  return pool
}

/** The way over SSH to a host that the configuration names. */
export const sshHost = (pool: SshPool, host: string): HostRoute => ({
  name: host,
  reach: () => pool.connect({ host, user: 'root' }),
})

/** The way over SSH to a private address, from a host that is reached. */
export const throughEntry =
  (pool: SshPool) =>
  (privateAddress: string, through: HostAccess): HostRoute => ({
    name: privateAddress,
    reach: () => pool.connect({ host: privateAddress, user: 'root' }, { through: through as SshConnection }),
  })

/** Something between us and a node's SSH server that can be cut; known to the configuration as `cut`. */
export async function cuttable(server: Pick<SimServer, 'nodes' | 'sshConfigPath'>, pnn: number): Promise<{ cut: () => void }> {
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(server.nodes[pnn]?.ssh ?? { port: 0 })
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  const { port } = proxy.address() as { port: number }
  const config = server.sshConfigPath ?? ''
  const alias = `10.11.12.${pnn + 1}`
  writeFileSync(
    config,
    `Host cut\n  HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${alias}\n${readFileSync(config, 'utf8')}`,
  )
  return { cut }
}
