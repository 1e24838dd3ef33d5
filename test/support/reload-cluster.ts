import { expect } from 'vitest'
import type { Packet } from '../../src/lib/wire/packet.ts'
import type { LogEntry } from '../../src/sim/log/entry.ts'
import { MemoryHost } from '../../src/sim/world/memory-host.ts'
import type { RunResult } from './program.ts'
import { served } from './served-cluster.ts'

export const ALL = [0, 1, 2]
export const [FIRST, SECOND, THIRD] = ['172.16.146.131', '172.16.146.132', '172.16.146.133']
export const NEW = '172.16.146.140'

/** A cluster behind SSH servers, what its recovery daemons do with takeover runs, and a way to ask what the daemons know. */
export async function reloadCluster(open: typeof served = served) {
  /** The last word of each node: `Disabling`, `Reenabling`. */
  const runs = new Map<number, string>()
  let disabledOnce = false
  const log = ({ pnn, text }: LogEntry) => {
    const word = /^(Disabling|Reenabling) takeover runs/.exec(text)?.[1]
    if (word !== undefined) runs.set(pnn, word)
    disabledOnce ||= word === 'Disabling'
  }
  const made = await open({ log })
  const { server, run } = made
  const host = ['--host', 'root@node0']
  // What was while it came up does not count.
  disabledOnce = false
  return {
    ...made,
    reloadips: (...argv: string[]): Promise<RunResult> => run('reloadips', ...argv, ...host),
    /** The addresses that a node's daemon knows. */
    known: (pnn: number): string[] => {
      const addresses = server.cluster.world.nodes[pnn]?.daemon?.publicIps.known() ?? []
      return addresses.map(({ address }) => address.address).toSorted()
    },
    ownerOf: (address: string): number | undefined =>
      ALL.find((pnn) => {
        const host = server.cluster.world.nodes[pnn]?.host
        return host instanceof MemoryHost && host.held.some((held) => held.address === address)
      }),
    /** A node says nothing more, and the others do not notice. */
    hang: (pnn: number) => {
      for (const { daemon } of server.cluster.world.nodes) daemon?.tunables.set('KeepaliveLimit', 600)
      server.cluster.carryOut(`hang ${pnn}`)
    },
    /** That takeover runs were disabled, and have been enabled on all nodes. */
    expectEnabled: async (pnns: readonly number[] = ALL) => {
      expect(disabledOnce).toBe(true)
      await expect.poll(() => pnns.map((pnn) => runs.get(pnn))).toEqual(pnns.map(() => 'Reenabling'))
    },
    wasDisabled: () => disabledOnce,
  }
}

/** A line of a public addresses file. */
export const line = (address: string, mask = 24) => `${address}/${mask} bond0\n`
/** A public addresses file without the line of an address. */
export const without = (address: string) => (text: string) =>
  text
    .split('\n')
    .filter((each) => !each.startsWith(`${address}/`))
    .join('\n')

/** A condition for a gate to shut: a packet with this control. */
export const isControl =
  (opcode: number) =>
  (packet: Packet): boolean =>
    packet.kind === 'control' && packet.opcode === opcode
