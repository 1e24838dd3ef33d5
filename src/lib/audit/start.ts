import type { Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { type Action, mend } from './remedy.ts'
import { othersInKernel } from './shared-kernel.ts'
import type { View } from './view.ts'

/**
 * The advice to start ctdbd on a node: not as long as it shares its kernel, from which the start would drop addresses of others.
 * @param more when to start it, and what has been checked.
 */
export function startOn(view: View, pnn: Pnn, more: { readonly checked?: string; readonly if?: string } = {}): Action {
  const others = othersInKernel(view, pnn)
  if (others.length === 0) return { kind: 'start', pnn, ...more }
  const how = `Before ctdbd is started on node ${pnn}, give it a network namespace of its own: its kernel is that of ${nodesText(others)}, too, and a ctdbd that starts drops all public addresses of its file (see kernel-shared).`
  return mend({ what: 'configuration', pnn }, how)
}

/** For a daemon that may hang. */
export const UNLESS_IT_RUNS = { if: 'it does not run (`systemctl status ctdb`)' }
