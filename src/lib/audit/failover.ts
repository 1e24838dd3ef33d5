import type { Pnn } from '../cluster/node.ts'
import { configValue, isOn } from './config-file.ts'
import type { View } from './view.ts'

/** Whether ctdb.conf turns public addresses' failover off. Read when the daemon starts. */
export const isDisabledInFile = (configFile: string | null | undefined): boolean =>
  isOn(configValue(configFile ?? '', 'failover', 'disabled'))

/** What keeps the leader from giving addresses to nodes, as far as that is known; each with the node that has it so. */
export function failoverBlocks(view: View): { readonly pnn: Pnn; readonly why: string }[] {
  const { pnn } = view.snapshot.leader
  if (pnn === null) return []
  return [
    ...((view.peek(pnn, 'tunables')?.NoIPTakeover ?? 0) === 0 ? [] : [{ pnn, why: 'NoIPTakeover=1 on the leader' }]),
    ...(isDisabledInFile(view.peek(pnn, 'host.configFile')) ? [{ pnn, why: '[failover] disabled on the leader' }] : []),
  ]
}
