import { onTestFinished } from 'vitest'
import { uniformLayout } from '../../src/lib/sim/layout.ts'
import type { SimClusterOptions } from '../../src/transport/serve/sim-cluster.ts'
import { startSimServer } from '../../src/transport/serve/sim-server.ts'
import { ctdbts, type RunResult } from './program.ts'

/** A simulated cluster behind its sockets, fast, as long as the test. Runs the program on its node 0. */
export async function simulated(options: Partial<SimClusterOptions> = {}): Promise<(...argv: string[]) => Promise<RunResult>> {
  const server = await startSimServer({ layout: uniformLayout(3, 6), era: 'now', seed: 1, speed: 10, ...options })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const CTDB_SOCKET = server.nodes[0]?.socketPath ?? ''
  return (...argv) => ctdbts(argv, { CTDB_SOCKET })
}
