import type { Lab } from '../harness/lab.ts'
import { untilSeen, untilSettled } from '../harness/view.ts'
import { waitUntil } from '../harness/wait.ts'

/** A state of a three-node cluster in which the tools are compared. */
interface ClusterState {
  readonly name: string
  /** Brings a healthy cluster into the state, and waits until it is there. */
  enter(lab: Lab): Promise<unknown>
  /** Leaves the state. The caller waits until the cluster is healthy again. */
  leave(lab: Lab): Promise<unknown>
  /** The nodes on which commands run; all by default. */
  readonly askedOn?: readonly number[]
  /** The time limit of commands, in seconds, if some run into it; CTDB's default otherwise. */
  readonly limit?: number
}

const AWAY = 'Disconnected|Unhealthy'

/** Runs a command that makes a node inactive on each node, on the leader last. Returns the PNN of the leader. */
async function takeOutAll(lab: Lab, ...command: string[]): Promise<number> {
  const leader = await lab.leader()
  for (const pnn of lab.pnns.filter((other) => other !== leader)) await lab.must(pnn, 'ctdb', ...command)
  // Then no node is left to spread the state of the last one. The real tool waits for that, and fails.
  await lab.ctdb(leader, '-T', '2', ...command)
  return leader
}

async function onEachNode(lab: Lab, ...command: string[]): Promise<void> {
  for (const pnn of lab.pnns) await lab.must(pnn, 'ctdb', ...command)
}

const administered: readonly ClusterState[] = [
  {
    name: 'node 1 is disabled',
    async enter(lab) {
      await lab.must(0, 'ctdb', 'disable', '-n', '1')
      await untilSettled(lab, ['OK', 'Disabled', 'OK'])
    },
    leave: (lab) => lab.must(0, 'ctdb', 'enable', '-n', '1'),
  },
  {
    name: 'all nodes are disabled',
    async enter(lab) {
      await onEachNode(lab, 'disable')
      await untilSettled(lab, ['Disabled', 'Disabled', 'Disabled'])
    },
    leave: (lab) => onEachNode(lab, 'enable'),
  },
  {
    name: 'node 2 is stopped',
    async enter(lab) {
      await lab.must(0, 'ctdb', 'stop', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Stopped'])
    },
    leave: (lab) => lab.must(0, 'ctdb', 'continue', '-n', '2'),
  },
  {
    name: 'all nodes are stopped',
    limit: 2,
    async enter(lab) {
      const last = await takeOutAll(lab, 'stop')
      await untilSeen(lab, ['Stopped', 'Stopped', 'Stopped'], [last])
    },
    leave: (lab) => onEachNode(lab, 'continue'),
  },
  {
    name: 'node 0 is banned and node 1 disabled',
    async enter(lab) {
      await lab.must(2, 'ctdb', 'disable', '-n', '1')
      await lab.must(2, 'ctdb', 'ban', '600', '-n', '0')
      await untilSettled(lab, ['Banned', 'Disabled', 'OK'])
    },
    async leave(lab) {
      await lab.must(2, 'ctdb', 'unban', '-n', '0')
      await lab.must(2, 'ctdb', 'enable', '-n', '1')
    },
  },
  {
    name: 'all nodes are banned',
    limit: 2,
    async enter(lab) {
      await takeOutAll(lab, 'ban', '600')
      await waitUntil('all nodes are banned', async () => {
        const results = await Promise.all(lab.pnns.map((pnn) => lab.ctdb(pnn, '-X', 'status')))
        return results.find(({ status }) => status === 0)?.stdout
      })
    },
    leave: (lab) => onEachNode(lab, 'unban'),
  },
]

const broken: readonly ClusterState[] = [
  {
    name: 'an interface of node 1 is down',
    async enter(lab) {
      await lab.pull(1, 'eth1')
      await untilSettled(lab, ['OK', 'PartiallyOnline', 'OK'])
    },
    leave: (lab) => lab.plug(1, 'eth1'),
  },
  {
    name: 'all public interfaces of node 1 are down',
    async enter(lab) {
      await Promise.all([lab.pull(1, 'eth1'), lab.pull(1, 'eth2')])
      await untilSettled(lab, ['OK', 'Unhealthy', 'OK'])
    },
    leave: (lab) => Promise.all([lab.plug(1, 'eth1'), lab.plug(1, 'eth2')]),
  },
  {
    name: 'the daemon of node 2 is gone',
    askedOn: [0, 1],
    async enter(lab) {
      lab.killDaemon(2)
      await untilSettled(lab, ['OK', 'OK', AWAY], [0, 1])
    },
    leave: (lab) => lab.startDaemon(2),
  },
  {
    name: 'node 2 is cut off',
    limit: 2,
    async enter(lab) {
      await lab.pull(2, 'eth0')
      await untilSettled(lab, ['OK', 'OK', AWAY], [0, 1])
      await untilSeen(lab, [AWAY, AWAY, 'OK'], [2])
    },
    leave: (lab) => lab.plug(2, 'eth0'),
  },
  {
    name: 'node 2 waits for its first recovery',
    limit: 2,
    async enter(lab) {
      // Without its recovery daemon the leader starts no recovery. It keeps the cluster lock, so no other node can start one.
      lab.signal(await lab.leader(), 'recoverd', 'SIGSTOP')
      lab.killDaemon(2)
      await lab.startDaemon(2)
      await untilSeen(lab, ['Unknown', 'Unknown', 'Unhealthy'], [2])
    },
    async leave(lab) {
      for (const pnn of lab.pnns) lab.signal(pnn, 'recoverd', 'SIGCONT')
    },
  },
  {
    name: 'node 2 hangs',
    limit: 2,
    askedOn: [0],
    async enter(lab) {
      await lab.noticeSilence(false)
      lab.signal(2, 'ctdbd', 'SIGSTOP')
    },
    async leave(lab) {
      lab.signal(2, 'ctdbd', 'SIGCONT')
      await lab.noticeSilence(true)
    },
  },
]

/** All states except the healthy one. */
export const CLUSTER_STATES = [...administered, ...broken]
