import { chmodSync, writeFileSync } from 'node:fs'
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { RUN_JS } from './program.ts'
import { tempDir } from './temp-dir.ts'

export const NODES = ['0', '1', '2']
export const ADDRESSES = ['172.16.146.131', '172.16.146.132', 'fd00::15']
/** What an interface may be named, and no shell must ever see. */
const EVIL = ['$(id)', '`id`', 'a;id', '-rf', "a'b", 'x*']

/** A cluster with names that a shell would interpret, and an environment in which `ctdbts` is found and asks that cluster. */
export async function completionCluster() {
  const dir = tempDir()
  const { hosts, nodes } = uniformLayout(3, 2)
  const server = await startSimServer({
    layout: {
      nodes,
      hosts: hosts.map((host) => ({
        ...host,
        interfaces: [...host.interfaces, ...EVIL.map((name) => ({ name, addresses: [] }))],
        publicAddresses: `${host.publicAddresses}fd00::15/64 bond0${EVIL.map((name) => `,${name}`).join('')}\n`,
      })),
    },
    era: 'now',
    seed: 1,
    speed: 1,
  })
  writeFileSync(dir.file('ctdbts'), `#!/bin/sh\nexec '${process.execPath}' '${RUN_JS}' "$@"\n`)
  chmodSync(dir.file('ctdbts'), 0o755)
  return {
    dir,
    env: {
      PATH: `${dir.path}:${process.env.PATH}`,
      CTDB_SOCKET: server.nodes[0]?.socketPath ?? '',
      HOME: dir.path,
      TERM: 'xterm',
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}
