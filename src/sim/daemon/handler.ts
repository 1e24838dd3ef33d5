import type { ControlName, ReplyOf, RequestOf } from '../../lib/wire/controls.ts'
import type { Process } from '../process/wait.ts'

/** @param flags bits of CONTROL_FLAG. */
type Handler<N extends ControlName> = (request: RequestOf<N>, flags: number) => Process<ReplyOf<N>>

/** What a daemon does for each control. It refuses a control without a handler, as a real daemon does one that it does not know. */
export type Handlers = { readonly [N in ControlName]?: Handler<N> }

/** A handler that answers at once. */
export const atOnce = <Q, R>(answer: (request: Q, flags: number) => R) =>
  // biome-ignore lint/correctness/useYield: the process never waits.
  function* (request: Q, flags: number): Process<R> {
    return answer(request, flags)
  }
