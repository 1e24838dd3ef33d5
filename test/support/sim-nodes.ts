import { onTestFinished } from 'vitest'
import type { SimClusterOptions } from '../../src/sim/serve/sim-cluster.ts'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts } from './program.ts'

/** A simulated cluster of three nodes behind Unix sockets, as long as the test. */
export async function simNodes(options: Partial<SimClusterOptions> = {}) {
  const server = await startSimServer({ layout: uniformLayout(3, 3), era: 'now', seed: 1, speed: 1, upForMs: 20_000, ...options })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const socketPath = (pnn: number): string => server.nodes[pnn]?.socketPath ?? ''
  return {
    cluster: server.cluster,
    socketPath,
    /** Runs `ctdbts` on a node. */
    on: (pnn: number, ...argv: string[]) => ctdbts(argv, { CTDB_SOCKET: socketPath(pnn), TZ: 'UTC' }),
  }
}

/** What a script sees of a command that succeeds, or (with another status) ends with words on stdout. */
export const prints = (stdout: string, status = 0) => ({ stdout, stderr: '', status })

/** What a script sees of a command that fails. */
export const fails = (stderr: string, status = 1, stdout = '') => ({ stdout, stderr, status })
