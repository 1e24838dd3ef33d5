import type { Pnn } from '../../lib/cluster/node.ts'
import { secondsOf, type Timeval } from '../../lib/cluster/timeval.ts'
import type { UptimeValues } from '../documents/daemon.ts'
import { ctime, spanText } from './time.ts'

/** The times that a daemon reports; 0 means never. */
export interface Uptime {
  readonly now: Timeval
  readonly daemonStart: Timeval
  readonly lastRecoveryStarted: Timeval
  readonly lastRecoveryFinished: Timeval
}

/** `uptime` as `ctdb` prints it. */
export function ctdbUptimeText(pnn: Pnn, uptime: Uptime): string {
  const { now, daemonStart, lastRecoveryFinished } = uptime
  const since = (then: Timeval) => `${spanText(now.seconds - then.seconds)} ${ctime(then.seconds)}`
  return [
    `Current time of node ${String(pnn).padEnd(4)}     :                ${ctime(now.seconds)}\n`,
    `Ctdbd start time              : ${since(daemonStart)}\n`,
    `Time of last recovery/failover: ${since(lastRecoveryFinished)}\n`,
    `Duration of last recovery/failover: ${recoverySeconds(uptime).toFixed(6)} seconds\n`,
  ].join('')
}

/** Our own JSON for `uptime`: points in time in seconds since 1970, and the duration of the last recovery in seconds. */
export const uptimeJson = (uptime: Uptime): UptimeValues => ({
  now: secondsOf(uptime.now),
  daemonStart: secondsOf(uptime.daemonStart),
  lastRecoveryStarted: secondsOf(uptime.lastRecoveryStarted),
  lastRecoveryFinished: secondsOf(uptime.lastRecoveryFinished),
  lastRecoverySeconds: Number(recoverySeconds(uptime).toFixed(6)),
})

/** Seconds and microseconds apart: as fractions of large numbers, the microseconds would not be exact. */
const recoverySeconds = ({ lastRecoveryStarted: start, lastRecoveryFinished: end }: Uptime): number =>
  end.seconds - start.seconds + (end.microseconds - start.microseconds) * 1e-6
