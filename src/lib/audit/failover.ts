import type { Pnn } from '../cluster/node.ts'
import { isAtLeast } from '../version.ts'
import { configValue, isOn } from './config-file.ts'
import { type Action, look, RUN_TAKEOVER } from './remedy.ts'
import type { View } from './view.ts'

/** Whether ctdb.conf turns off failover of public addresses. The daemon reads it at start. */
export const isDisabledInFile = (configFile: string | null | undefined): boolean =>
  isOn(configValue(configFile ?? '', 'failover', 'disabled'))

/** Whether the tunable DisableIPFailover does that, as it did until 4.8; undefined if it is not known which version it is. */
export function isDisabledByTunable(view: View, pnn: Pnn): boolean | undefined {
  if ((view.peek(pnn, 'tunables')?.DisableIPFailover ?? 0) === 0) return false
  const version = view.peek(pnn, 'host.version')
  const isNewer = view.snapshot.leader.era === 'leader' || (version === undefined ? undefined : isAtLeast(version, 4, 9))
  return isNewer === undefined ? undefined : !isNewer
}

/** Whether a node makes no takeover runs, and does not check its addresses, because of its configuration. */
export const isFailoverDisabled = (view: View, pnn: Pnn): boolean =>
  isDisabledInFile(view.peek(pnn, 'host.configFile')) || isDisabledByTunable(view, pnn) === true

/** The known settings that keep the leader from giving addresses to nodes, each with the node that has it. */
export function failoverBlocks(view: View): { readonly pnn: Pnn; readonly why: string }[] {
  const { pnn } = view.snapshot.leader
  if (pnn === null) return []
  return [
    ...((view.peek(pnn, 'tunables')?.NoIPTakeover ?? 0) === 0 ? [] : [{ pnn, why: 'NoIPTakeover=1 on the leader' }]),
    ...(isDisabledInFile(view.peek(pnn, 'host.configFile')) ? [{ pnn, why: '[failover] disabled on the leader' }] : []),
    ...(isDisabledByTunable(view, pnn) ? [{ pnn, why: 'DisableIPFailover on the leader' }] : []),
  ]
}

/**
 * The advice to make a takeover run. With failover turned off, the leader answers the request and does nothing (4.17).
 * @param more when to make it, and what for.
 */
export function takeoverRun(view: View, more: { readonly if?: string; readonly purpose?: string } = {}): Action {
  const { pnn } = view.snapshot.leader
  if (pnn === null || !isFailoverDisabled(view, pnn)) return { ...RUN_TAKEOVER, ...more }
  return look(`A takeover run does nothing as long as failover is turned off on the leader, node ${pnn}: see failover-off.`)
}
