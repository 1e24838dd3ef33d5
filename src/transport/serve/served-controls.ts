import type { ControlName, ReplyOf, RequestOf } from '../../lib/node/control-types.ts'
import type { Daemon } from '../../lib/node/daemon.ts'
import { CONTROL_FLAG, type Control, controls } from '../wire/controls.ts'

/** What a simulated node's controls are on the wire. The compiler holds both tables against each other. */
type Served = { readonly [N in ControlName]: Control<RequestOf<N>, ReplyOf<N>> }

const served: Served = {
  ...controls,
  // The same control with a flag; told apart below.
  getAvailableIps: controls.getPublicIps,
}

const nameByOpcode = new Map<number, keyof typeof controls>(
  (Object.keys(controls) as (keyof typeof controls)[]).map((name) => [controls[name].opcode, name]),
)

/** A control of a simulated node, and its form on the wire. */
export interface ServedControl {
  readonly name: ControlName
  readonly control: Control<unknown, unknown>
}

/** Which of the node's controls this is; undefined for one that it does not have. */
export function servedControl(daemon: Daemon, opcode: number, flags: number): ServedControl | undefined {
  const found = nameByOpcode.get(opcode)
  // The table of the protocol has more than simulated nodes understand.
  if (!found || !daemon.understands(found)) return undefined
  const name = found === 'getPublicIps' && (flags & CONTROL_FLAG.ONLY_AVAILABLE) !== 0 ? 'getAvailableIps' : found
  return { name, control: served[name] as Control<unknown, unknown> }
}
