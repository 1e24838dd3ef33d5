import { NODE_FLAG } from '../cluster/node.ts'
import type { Program } from '../process/program.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import type { EventScripts, EventStatus } from './event-scripts.ts'
import type { Kernel, ScriptResult } from './kernel.ts'
import type { Log } from './log.ts'

/** The first check comes soon, the next ones are further and further apart, up to MonitorInterval. Seconds. */
const FIRST_INTERVAL = 5

/** What the health checks need of their daemon. */
export interface MonitorOwner {
  readonly program: Program
  readonly scripts: EventScripts
  readonly kernel: Kernel
  readonly log: Log
  /** Setting CTDB_PARTIALLY_ONLINE_INTERFACES: a node is healthy as long as one interface has its link. */
  readonly partiallyOnline: boolean
  scriptLimitMs(): number
  tunable(name: 'MonitorInterval'): number
  interfaces(): readonly string[]
  setLink(name: string, linkUp: boolean): void
  flags(): number
  setFlags(flags: number): void
  /** The flags have changed: everybody is to know, and the addresses to be allocated anew. */
  healthChanged(): void
}

/** Runs the event `monitor` again and again; the node is healthy as long as it succeeds. */
export function startMonitoring(owner: MonitorOwner): void {
  owner.program.start(monitor(owner))
}

function* monitor(owner: MonitorOwner): Process<never> {
  let interval = FIRST_INTERVAL
  for (;;) {
    yield* until(owner.program.sleep(Math.min(interval, owner.tunable('MonitorInterval')) * 1000))
    interval *= 2
    const status = yield* until(owner.scripts.run('monitor', [], owner.scriptLimitMs(), checkLinks(owner)))
    if (status === 'cancelled') owner.log('ctdbd', 'monitorCancelled')
    // As long as it is not the rule, a check that takes too long counts as passed.
    else if (status !== 'timed out' && judge(owner, status)) interval = FIRST_INTERVAL
  }
}

/** What `10.interface` does for `monitor`: tells the daemon of every link, and fails when one that is needed is down. */
const checkLinks =
  (owner: MonitorOwner): Wait<ScriptResult> =>
  (done, failed) =>
    owner.kernel.links()((links) => {
      const up = (name: string) => links.some((link) => link.name === name && link.carrier)
      const names = owner.interfaces()
      for (const name of names) owner.setLink(name, up(name))
      const down = names.filter((name) => !up(name))
      const ok = owner.partiallyOnline ? down.length === 0 || down.length < names.length : down.length === 0
      done({ ok, output: down.map((name) => `ERROR: No link on the public network interface ${name}`) })
    }, failed)

/** Returns whether the node's health has changed. */
function judge(owner: MonitorOwner, status: EventStatus): boolean {
  const flags = owner.flags()
  const wasHealthy = (flags & NODE_FLAG.UNHEALTHY) === 0
  const isHealthy = status === 'ok'
  if (wasHealthy === isHealthy) return false
  owner.log('ctdbd', isHealthy ? 'monitorOk' : 'monitorFailed')
  owner.setFlags(isHealthy ? flags & ~NODE_FLAG.UNHEALTHY : flags | NODE_FLAG.UNHEALTHY)
  owner.healthChanged()
  owner.log('ctdbd', 'becameHealthy', isHealthy ? 'HEALTHY' : 'UNHEALTHY')
  return true
}
