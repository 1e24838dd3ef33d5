import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SimClusterOptions } from '../../src/sim/serve/sim-cluster.ts'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts, type RunResult } from './program.ts'

type Run = (...argv: string[]) => Promise<RunResult>

/** A simulated cluster behind its sockets, fast, as long as the test. Runs the program on its node 0. */
export async function simulated(options: Partial<SimClusterOptions> = {}): Promise<Run> {
  return (await simulatedIn(options)).run
}

/** The same with what else there is of it. */
export async function simulatedIn({ ssh = false, ...options }: Partial<SimClusterOptions> & { ssh?: boolean } = {}): Promise<{
  run: Run
  /** The nodes file of each node. */
  files: string[]
  sshConfigPath: string
  env: { CTDB_SOCKET: string; CTDB_BASE: string }
}> {
  const server = await startSimServer({
    layout: uniformLayout(3, 6),
    era: 'now',
    seed: 1,
    speed: 10,
    upForMs: 20_000,
    ...options,
    ...(ssh && { ssh: { firstPort: 0 } }),
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const folders = server.nodes.map(({ socketPath }) => dirname(dirname(socketPath)))
  const env = { CTDB_SOCKET: server.nodes[0]?.socketPath ?? '', CTDB_BASE: folders[0] ?? '' }
  return {
    run: (...argv) => ctdbts(argv, env),
    files: folders.map((folder) => join(folder, 'nodes')),
    sshConfigPath: server.sshConfigPath ?? '',
    env,
  }
}
