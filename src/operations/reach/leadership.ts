import { type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { Leader } from '../../lib/cluster/report.ts'
import { factsOf, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import { controls } from '../../lib/wire/controls.ts'
import { collectLeader } from '../collect/leader.ts'
import type { Hosts } from './hosts.ts'
import type { DaemonConnection } from './reached-host.ts'

/** The leader according to the last broadcast. Without one, the daemon may be an older one that has to be asked. */
export async function findLeader({ client, listener }: DaemonConnection, timeoutMs: number): Promise<Leader> {
  const heard = (await listener?.recentLeaders())?.at(-1)
  return heard === undefined ? await collectLeader(client, timeoutMs) : { pnn: heard, era: 'leader' }
}

/** The leader as far as it is known now. Does not wait for a broadcast: in a series, the next sample will know it. */
export async function currentLeader(
  { client, listener }: DaemonConnection,
  { leader }: Snapshot,
  timeoutMs: number,
): Promise<Leader> {
  if (leader.era === 'recmaster') {
    const pnn = await client.control(controls.getRecmaster, { timeoutMs }).catch(() => UNKNOWN_PNN)
    return { pnn, era: 'recmaster' }
  }
  const heard = listener?.currentLeaders()
  const pnn = heard ? heard.at(-1) : leader.pnn
  return { pnn: pnn ?? UNKNOWN_PNN, era: 'leader' }
}

/**
 * The leaders that a node's daemon has announced; undefined if there is no listener, or not for long enough. A listener whose connection has
 * ended hears nothing, which does not mean that there is no leader.
 */
export async function leadersHeardBy(
  hosts: Pick<Hosts, 'get'>,
  pnn: Pnn,
  before: Snapshot | undefined,
): Promise<readonly Pnn[] | undefined> {
  const daemon = hosts.get(pnn)?.daemon
  if (daemon?.client.isOpen !== true) return undefined
  const { listener } = daemon
  if (!before) return await listener?.recentLeaders()
  return listener?.currentLeaders() ?? factsOf(before, pnn)?.leaders
}

/** The recovery master according to each daemon. Daemons older than 4.16 do not broadcast it, and have to be asked. */
export async function collectRecmasters(hosts: Hosts, timeoutMs: number): Promise<Map<Pnn, Pnn[]>> {
  const answers = hosts.all.map(async ([pnn, { daemon }]): Promise<[Pnn, Pnn[]][]> => {
    const recmaster = await daemon?.client.control(controls.getRecmaster, { timeoutMs }).catch(() => undefined)
    return recmaster === undefined ? [] : [[pnn, [recmaster]]]
  })
  return new Map((await Promise.all(answers)).flat())
}
