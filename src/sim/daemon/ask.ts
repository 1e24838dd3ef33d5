import { ERRNO } from '../../lib/errno.ts'
import type { ControlName, ReplyOf, RequestOf } from '../../lib/wire/controls.ts'
import type { PeerCallName, PeerCalls } from '../databases/packets.ts'
import type { Program } from '../process/program.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import { ControlFailure } from './control-failure.ts'
import type { SimDaemon } from './daemon.ts'

/** The status of a control that got no answer in time. */
const TIMED_OUT = -ERRNO.ETIMEDOUT

/**
 * Sends a control to a node and waits at most `limitMs` for the answer. Throws ControlFailure.
 * @param flags bits of CONTROL_FLAG.
 */
export type Ask = <N extends ControlName>(
  to: number,
  name: N,
  request: RequestOf<N>,
  limitMs: number,
  flags?: number,
) => Process<ReplyOf<N>>

/** The Ask of a program that is a client of its node's daemon. */
export const asking = (program: Program, daemon: SimDaemon): Ask =>
  function* (to, name, request, limitMs, flags) {
    return yield* until(limited(program, daemon.control(to, name, request, flags), limitMs))
  }

/** As {@link Ask}, for what daemons ask each other about databases. */
export type AskPeer = <N extends PeerCallName>(
  to: number,
  name: N,
  request: PeerCalls[N][0],
  limitMs: number,
) => Process<PeerCalls[N][1]>

/** The AskPeer of a program that is a client of its node's daemon. */
export const askingPeers = (program: Program, daemon: SimDaemon): AskPeer =>
  function* (to, name, request, limitMs) {
    return yield* until(limited(program, daemon.callPeer(to, name, request), limitMs))
  }

const limited =
  <T>(program: Program, wait: Wait<T>, limitMs: number): Wait<T> =>
  (done, failed) => {
    const stop = program.after(limitMs, () => failed(new ControlFailure(TIMED_OUT, 'no answer')))
    wait(
      (value) => {
        stop()
        done(value)
      },
      (error) => {
        stop()
        failed(error)
      },
    )
    return stop
  }
