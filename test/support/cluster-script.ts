import type { ClusterNode } from '../../src/lib/cluster/node.ts'
import { TUNABLES } from '../../src/lib/cluster/tunables.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../src/lib/wire/destination.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import { answerBasics, type Exchange } from './scripted-daemon.ts'

/** A small cluster, as the daemon of its node 0 tells it. */
export interface ScriptedCluster {
  readonly nodes: readonly ClusterNode[]
  readonly interfaceName: string
  /** PNNs that never answer. */
  readonly silent: readonly number[]
  /** Undefined: nobody leads. */
  readonly leader: number | undefined
  /** What daemons before 4.16 answer to GET_RECMASTER; undefined: refused. */
  readonly recmaster: number | undefined
}

const capabilities = { leader: true, lmaster: true, parallelRecovery: true, fragmentedControls: true, raw: 0x3_0003 }
const tunables = Object.fromEntries(TUNABLES.map(({ name, defaultValue }) => [name, defaultValue]))
const second = (seconds: number) => ({ seconds, microseconds: 0 })
const uptime = { now: second(40), daemonStart: second(10), lastRecoveryStarted: second(20), lastRecoveryFinished: second(21) }

const ip = (last: number) => ({ family: 'ipv4' as const, address: `10.0.0.${last}`, port: 0 })

export const node = (pnn: number, flags = 0): ClusterNode => ({ pnn, flags, address: { ...ip(pnn + 1), port: 4379 } })

export const threeNodes: ScriptedCluster = {
  nodes: [node(0), node(1), node(2)],
  interfaceName: 'eth1',
  silent: [],
  leader: 1,
  recmaster: undefined,
}

/** Answers what `ip` and `status` ask; each node owns the address 10.0.0.(100 + PNN), and nobody owns 10.0.0.200. */
export const answerAs =
  (cluster: ScriptedCluster) =>
  (exchange: Exchange): void => {
    const { request, reply, fail, send } = exchange
    const to = request.header.destination === DESTINATION.CURRENT_NODE ? 0 : request.header.destination
    if (cluster.silent.includes(to)) return
    if (request.opcode === controls.registerSrvid.opcode && cluster.leader !== undefined) send(messages.leader, cluster.leader)
    if (answerBasics(exchange)) return
    const iface = { name: cluster.interfaceName, linkState: 1, references: 1 }
    const owned = cluster.nodes.map(({ pnn }) => ({ pnn, address: ip(100 + pnn) }))
    const ips = [...owned, { pnn: 0xffff_ffff, address: ip(200) }]
    const answers = new Map<number, () => void>([
      [controls.getNodeMap.opcode, () => reply(controls.getNodeMap, [...cluster.nodes])],
      [controls.getRunState.opcode, () => reply(controls.getRunState, 'RUNNING')],
      [controls.getVnnMap.opcode, () => reply(controls.getVnnMap as never, { generation: 7, map: [0, 1] } as never)],
      [controls.getCapabilities.opcode, () => reply(controls.getCapabilities, capabilities)],
      [controls.getAllTunables.opcode, () => reply(controls.getAllTunables, tunables)],
      [controls.getBanState.opcode, () => reply(controls.getBanState, { pnn: to, timeSeconds: 0 })],
      [controls.uptime.opcode, () => reply(controls.uptime, uptime)],
      [controls.getRecoveryMode.opcode, () => reply(controls.getRecoveryMode, 0)],
      [controls.getIfaces.opcode, () => reply(controls.getIfaces, [iface])],
      [controls.getPublicIps.opcode, () => reply(controls.getPublicIps, ips)],
      [
        controls.getPublicIpInfo.opcode,
        () =>
          reply(
            controls.getPublicIpInfo as never,
            { ip: { pnn: to, address: ip(100 + to) }, activeIndex: 0, interfaces: [iface] } as never,
          ),
      ],
      [
        controls.getRecmaster.opcode,
        () => (cluster.recmaster === undefined ? fail(-1) : reply(controls.getRecmaster, cluster.recmaster)),
      ],
    ])
    const answer = answers.get(request.opcode)
    if (answer) answer()
    else fail(-1, `no answer was prepared for control ${request.opcode}`)
  }
