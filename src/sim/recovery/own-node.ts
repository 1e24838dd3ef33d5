import type { Timeval } from '../../lib/cluster/timeval.ts'
import { type CheckedInterface, checkLocally, type LocalFinding } from '../../lib/recovery/local-check.ts'
import { CONTROL_FLAG, type ReplyOf } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { Ask } from '../daemon/ask.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { isSeenByCtdb } from '../daemon/kernel.ts'
import type { Log } from '../daemon/log.ts'
import { type Process, until } from '../process/wait.ts'

/** A recovery daemon's regular check of its own node. It asks for a takeover run when it finds a fault. */
export class OwnNode {
  private readonly daemon: SimDaemon
  private readonly ask: Ask
  private readonly log: Log
  private lastInterfaces: readonly CheckedInterface[] | undefined

  constructor(daemon: SimDaemon, ask: Ask) {
    this.daemon = daemon
    this.ask = ask
    this.log = daemon.options.log
  }

  /** @throws ControlFailure when the daemon does not answer. */
  *check(flags: number): Process<void> {
    const { era, kernel } = this.daemon.options
    // The tunable still exists, but has no effect since 4.x.
    if (era === '2017' && this.daemon.tunable('DisableIPFailover') !== 0) return
    const uptimeBefore = era === '2017' ? yield* this.local('uptime') : undefined
    const interfaces = yield* this.local('getIfaces')
    const available = yield* this.local('getPublicIps', CONTROL_FLAG.ONLY_AVAILABLE)
    const known = yield* this.local('getPublicIps')
    if (uptimeBefore) {
      const uptimeAfter = yield* this.local('uptime')
      if (skipsAfterRecovery(uptimeBefore, uptimeAfter, this.log)) return
    }
    const addresses = yield* until(kernel.addresses())
    const held = new Set(addresses.filter(isSeenByCtdb).map(({ address }) => address))
    const { lastInterfaces } = this
    const { pnn } = this.daemon
    this.lastInterfaces = interfaces
    const findings = checkLocally({ pnn, flags, interfaces, lastInterfaces, available, known, held }, era)
    if (findings.length === 0) return
    for (const finding of findings) this.logFinding(finding)
    this.log('recoverd', 'trigger')
    // 2017's recovery daemon sent the request to the recovery master. Newer ones send it to all nodes, and only the leader acts on it.
    const to = era === '2017' ? this.daemon.leader : DESTINATION.CONNECTED_NODES
    if (to !== undefined) this.daemon.send(to, messages.takeoverRun, { pnn, replySrvid: 0n })
  }

  private logFinding(finding: LocalFinding): void {
    const { log } = this
    const { pnn } = this.daemon
    if (finding.kind === 'interfacesFirst') log('recoverd', 'interfacesFirst', pnn)
    else if (finding.kind === 'interfaceCount') log('recoverd', 'interfaceCount', pnn, finding.before, finding.after)
    else if (finding.kind === 'interfaceChanged') {
      log('recoverd', 'interfaceChanged', pnn, finding.name, finding.before, finding.after)
    } else log('recoverd', finding.kind, finding.address)
  }

  private *local<N extends 'getIfaces' | 'getPublicIps' | 'uptime'>(name: N, flags = 0) {
    return yield* this.ask(DESTINATION.CURRENT_NODE, name, undefined, this.daemon.tunable('RecoverTimeout') * 1000, flags)
  }
}

type Uptime = ReplyOf<'uptime'>

const compare = (a: Timeval, b: Timeval): number => a.seconds - b.seconds || a.microseconds - b.microseconds

/** Whether 2017's check is skipped, because a recovery started or ended in the meantime or is in progress. */
function skipsAfterRecovery(before: Uptime, after: Uptime, log: Log): boolean {
  const changed =
    compare(before.lastRecoveryStarted, after.lastRecoveryStarted) !== 0 ||
    compare(before.lastRecoveryFinished, after.lastRecoveryFinished) !== 0
  if (changed) log('recoverd', 'recoveryTimeChanged')
  const underWay = compare(before.lastRecoveryFinished, before.lastRecoveryStarted) <= 0
  if (!changed && underWay) log('recoverd', 'midRecovery')
  return changed || underWay
}
