import { INACTIVE_FLAGS, NODE_FLAG } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import type { DaemonState } from './daemon-state.ts'
import type { EventStatus } from './event-scripts.ts'
import { internalMessages } from './internal-messages.ts'
import type { ScriptResult } from './kernel.ts'

/** Seconds until the first check. The interval then doubles up to MonitorInterval. */
const FIRST_INTERVAL = 5

/** Runs the event `monitor` repeatedly, while the node takes part in the cluster; the node is healthy as long as it succeeds. */
export function startMonitoring(daemon: DaemonState): void {
  daemon.program.start(monitor(daemon))
}

function* monitor(daemon: DaemonState): Process<never> {
  let interval = FIRST_INTERVAL
  for (;;) {
    yield* until(daemon.program.sleep(Math.min(interval, daemon.tunable('MonitorInterval')) * 1000))
    // A node that takes no part in the cluster, or recovers, is not checked.
    if (daemon.recoveryMode !== 0 || (daemon.ownFlags & INACTIVE_FLAGS) !== 0) continue
    interval *= 2
    const status = yield* until(daemon.options.scripts.run('monitor', [], daemon.scriptLimitMs(), checkLinks(daemon)))
    if (status === 'cancelled') daemon.options.log('ctdbd', 'monitorCancelled')
    // CTDB accepts a check that times out, unless that happens many times in a row, which is not simulated.
    else if (status !== 'timed out' && judge(daemon, status)) interval = FIRST_INTERVAL
  }
}

/** The work of `10.interface` for `monitor`: it reports every link to the daemon, and fails when a required one is down. */
const checkLinks =
  (daemon: DaemonState): Wait<ScriptResult> =>
  (done, failed) =>
    daemon.options.kernel.links()((links) => {
      const up = (name: string) => links.some((link) => link.name === name && link.carrier)
      const names = daemon.publicIps.interfaceRecords().map(({ name }) => name)
      for (const name of names) setLink(daemon, name, up(name))
      const down = names.filter((name) => !up(name))
      const ok = daemon.options.partiallyOnline ? down.length === 0 || down.length < names.length : down.length === 0
      done({ ok, output: down.map((name) => `ERROR: No link on the public network interface ${name}`) })
    }, failed)

/** Returns whether the node's health has changed. */
function judge(daemon: DaemonState, status: EventStatus): boolean {
  const flags = daemon.ownFlags
  const wasHealthy = (flags & NODE_FLAG.UNHEALTHY) === 0
  const isHealthy = status === 'ok'
  if (wasHealthy === isHealthy) return false
  daemon.options.log('ctdbd', isHealthy ? 'monitorOk' : 'monitorFailed')
  setOwnFlags(daemon, isHealthy ? flags & ~NODE_FLAG.UNHEALTHY : flags | NODE_FLAG.UNHEALTHY)
  const request = { pnn: daemon.pnn, replySrvid: 0n }
  daemon.mailboxes.send(DESTINATION.CONNECTED_NODES, messages.takeoverRun, request)
  daemon.options.log('ctdbd', 'becameHealthy', isHealthy ? 'HEALTHY' : 'UNHEALTHY')
  return true
}

function setLink({ program, publicIps }: DaemonState, name: string, linkUp: boolean): void {
  program.do(() => {
    // Its last address, and the interface with it, may have gone since the check began.
    if (publicIps.interfaceRecords().some((each) => each.name === name)) publicIps.setLink(name, linkUp)
  })
}

/** Sets the node's flags, and has its recovery daemon pass them on to all nodes. */
function setOwnFlags(daemon: DaemonState, newFlags: number): void {
  const { pnn, ownFlags: oldFlags } = daemon
  daemon.ownFlags = newFlags
  daemon.mailboxes.send(pnn, internalMessages.pushFlags, { pnn, newFlags, oldFlags })
}
