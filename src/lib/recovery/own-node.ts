import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import type { Timeval } from '../cluster/timeval.ts'
import type { Ask } from '../node/ask.ts'
import type { ReplyOf } from '../node/control-types.ts'
import type { Daemon } from '../node/daemon.ts'
import type { Log } from '../node/log.ts'
import type { RunRequest } from '../node/message-types.ts'
import { type Process, until } from '../process/wait.ts'
import { type CheckedInterface, checkLocally, type LocalFinding } from './local-check.ts'

/** A recovery daemon's look at its own node, again and again: it asks for a takeover run when something is not as it should be. */
export class OwnNode {
  private readonly daemon: Daemon
  private readonly ask: Ask
  private readonly log: Log
  private lastInterfaces: readonly CheckedInterface[] | undefined

  constructor(daemon: Daemon, ask: Ask) {
    this.daemon = daemon
    this.ask = ask
    this.log = daemon.options.log
  }

  /** @throws ControlFailure when the daemon does not answer. */
  *check(flags: number): Process<void> {
    const { era, kernel } = this.daemon.options
    // The tunable is still there, but does nothing any more.
    if (era === '2017' && this.daemon.tunable('DisableIPFailover') !== 0) return
    const uptimeBefore = era === '2017' ? yield* this.local('uptime') : undefined
    const interfaces = yield* this.local('getIfaces')
    const available = yield* this.local('getAvailableIps')
    const known = yield* this.local('getPublicIps')
    if (uptimeBefore) {
      const uptimeAfter = yield* this.local('uptime')
      if (skipsAfterRecovery(uptimeBefore, uptimeAfter, this.log)) return
    }
    const addresses = yield* until(kernel.addresses())
    const held = new Set(addresses.map(({ address }) => address))
    const { lastInterfaces } = this
    const { pnn } = this.daemon
    this.lastInterfaces = interfaces
    const findings = checkLocally({ pnn, flags, interfaces, lastInterfaces, available, known, held }, era)
    if (findings.length === 0) return
    for (const finding of findings) this.logFinding(finding)
    this.log('recoverd', 'trigger')
    // 2017's recovery daemon told the recovery master; since then all are told, and only the leader acts.
    const to = era === '2017' ? this.daemon.leader : DESTINATION.CONNECTED_NODES
    const request: RunRequest = { pnn, replySrvid: 0n }
    if (to !== undefined) this.daemon.send(to, SRVID.takeoverRun, request)
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

  private *local<N extends 'getIfaces' | 'getAvailableIps' | 'getPublicIps' | 'uptime'>(name: N) {
    return yield* this.ask(DESTINATION.CURRENT_NODE, name, undefined, this.daemon.tunable('RecoverTimeout') * 1000)
  }
}

type Uptime = ReplyOf<'uptime'>

const compare = (a: Timeval, b: Timeval): number => a.seconds - b.seconds || a.microseconds - b.microseconds

/** 2017's check was not made when a recovery had started or ended meanwhile, or was under way. */
function skipsAfterRecovery(before: Uptime, after: Uptime, log: Log): boolean {
  const changed =
    compare(before.lastRecoveryStarted, after.lastRecoveryStarted) !== 0 ||
    compare(before.lastRecoveryFinished, after.lastRecoveryFinished) !== 0
  if (changed) log('recoverd', 'recoveryTimeChanged')
  const underWay = compare(before.lastRecoveryFinished, before.lastRecoveryStarted) <= 0
  if (!changed && underWay) log('recoverd', 'midRecovery')
  return changed || underWay
}
