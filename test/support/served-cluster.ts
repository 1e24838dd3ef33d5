import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SimClusterOptions } from '../../src/sim/serve/sim-cluster.ts'
import { type SimServer, startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts, type RunResult } from './program.ts'
import { tempDir } from './temp-dir.ts'

/** A folder as long as the test. */
export function folder() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  return dir
}

/** A simulated cluster behind SSH servers, and a home of which nothing but that cluster is known, as long as the test. */
export async function served(options: Partial<SimClusterOptions> = {}) {
  const cluster = await serve(options)
  onTestFinished(() => cluster[Symbol.asyncDispose]())
  return cluster
}

/** The same until it is disposed of, for several tests. */
export async function serve(options: Partial<SimClusterOptions> = {}) {
  const dir = tempDir()
  const server: SimServer = await startSimServer({
    layout: uniformLayout(3, 3),
    era: 'now',
    seed: 1,
    speed: 2,
    upForMs: 20_000,
    ...options,
    ssh: { firstPort: 0 },
  })
  mkdirSync(dir.file('ctdbts'))
  mkdirSync(dir.file('.ssh'), { mode: 0o700 })
  const env = { HOME: dir.path, XDG_CONFIG_HOME: dir.path, SSH_AUTH_SOCK: '' }
  const config = ['--ssh-config', server.sshConfigPath ?? '']
  const addressesPath = (pnn: number) => join(server.directory, `n${pnn}/public_addresses`)
  return {
    server,
    dir,
    env,
    config,
    /** Runs `ctdbts` with the servers' configuration. */
    run: (...argv: string[]): Promise<RunResult> => ctdbts([...argv, ...config], env),
    configure: (text: string) => writeFileSync(dir.file('ctdbts/config.toml'), text),
    /** Edits the public addresses files of nodes. */
    edit: (pnns: readonly number[], change: (text: string) => string) => {
      for (const pnn of pnns) writeFileSync(addressesPath(pnn), change(readFileSync(addressesPath(pnn), 'utf8')))
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}
