import { NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { isRecent, type NodeRecord } from './node-record.ts'
import type { Observation } from './observation.ts'

export type UserAction = Extract<Observation, { kind: 'done' }>

/** Something that happened, as a possible cause of something else. */
export interface Cause {
  readonly atMs: number
  /** It happened after this moment, and before `atMs`. */
  readonly afterMs: number
  readonly text: string
}

/** An address that may have moved, and the nodes whose change may have moved it. */
interface Move {
  readonly disabled: Pnn | undefined
  readonly enabled: Pnn | undefined
  readonly faulty: Pnn
  readonly address: string
}

const ACTIONS_KEPT = 8

/** The last actions of the user: requests to the cluster, and faults in an embedded cluster. */
export class UserActions {
  private readonly actions: UserAction[] = []

  /** An action takes effect before it ends, so it counts from its beginning. One that failed does not count. */
  note(action: UserAction): void {
    if (action.begunMs === undefined) this.actions.push(action)
    else if (action.stage === 'failed') this.forget(action.begunMs)
    if (this.actions.length > ACTIONS_KEPT) this.actions.shift()
  }

  private forget(begunMs: number): void {
    const index = this.actions.findLastIndex(({ stage, atMs }) => stage === 'begun' && atMs === begunMs)
    if (index !== -1) this.actions.splice(index, 1)
  }

  /** The latest recent action that can be the cause. */
  latest(canBe: (action: UserAction) => boolean, atMs: number): Cause | undefined {
    const action = this.actions.findLast((each) => isRecent(each.atMs, atMs) && canBe(each))
    return (
      action && {
        atMs: action.atMs,
        afterMs: action.atMs,
        text: `${action.isFault ? 'fault injected here' : 'requested here'}: ${action.text}`,
      }
    )
  }
}

/** Whether an action can move an address: a takeover run, a change of these nodes, the move itself, a fault there. */
export const canMove =
  ({ disabled, enabled, faulty, address }: Move) =>
  (action: UserAction): boolean => {
    if (action.isFault) return isFaultOf(action, [faulty], address)
    switch (action.does) {
      case 'disable':
        return disabled !== undefined && action.pnns.includes(disabled)
      case 'enable':
        return enabled !== undefined && action.pnns.includes(enabled)
      case 'move':
        return action.addresses.includes(address)
      default:
        return action.does === 'takeover-run'
    }
  }

/** Whether an action requested the change of a node's flag DISABLED. */
export const isRequestOfFlags = ({ isFault, does, pnns }: UserAction, { pnn, flags }: NodeRecord, before: number): boolean =>
  !isFault &&
  ((flags ^ before) & NODE_FLAG.DISABLED) !== 0 &&
  does === ((flags & NODE_FLAG.DISABLED) === 0 ? 'enable' : 'disable') &&
  pnns.includes(pnn)

/** Whether an action is a fault that concerns one of these nodes or this address. */
export const isFaultOf = (action: UserAction, pnns: readonly Pnn[], address: string | undefined): boolean =>
  action.isFault === true && (concernsAll(action) || concerns(action, pnns, address))

const concernsAll = ({ pnns, addresses }: UserAction): boolean => pnns.length === 0 && addresses.length === 0

const concerns = (action: UserAction, pnns: readonly Pnn[], address: string | undefined): boolean =>
  (action.addresses.length === 0 && action.pnns.some((pnn) => pnns.includes(pnn))) ||
  (address !== undefined && action.addresses.includes(address))
