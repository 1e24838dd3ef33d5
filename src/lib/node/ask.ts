import type { Program } from '../process/program.ts'
import { type Process, until, type Wait } from '../process/wait.ts'
import type { ControlName, ReplyOf, RequestOf } from './control-types.ts'
import { ControlFailure } from './control-types.ts'
import type { Daemon } from './daemon.ts'

/** ETIMEDOUT, as a status. */
const TIMED_OUT = -110

/** Asks a node something, for at most so long. Throws ControlFailure. */
export type Ask = <N extends ControlName>(to: number, name: N, request: RequestOf<N>, limitMs: number) => Process<ReplyOf<N>>

/** The way in which a program asks through its node's daemon. */
export const asking = (program: Program, daemon: Daemon): Ask =>
  function* (to, name, request, limitMs) {
    return yield* until(limited(program, daemon.control(to, name, request), limitMs))
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
