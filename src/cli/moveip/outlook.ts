import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type Outlook, outlookFor } from '../../lib/takeover/outlook.ts'
import { collectSnapshot } from '../../operations/collect/snapshot.ts'
import type { TargetNode } from '../../operations/target-node.ts'

/** Who owns an address now, and what the next takeover run will do with it. */
export const lookAtAddress = async ({ client, localPnn, timeoutMs }: TargetNode, address: string): Promise<Outlook> =>
  outlookFor(await collectSnapshot(client, localPnn, { timeoutMs, now: new Date() }), address)

/**
 * Warnings about a completed move: the next takeover run may take the address away from the node again.
 * @throws CtdbtsError NOT_MOVED when that node does not own it.
 */
export function judgeMove({ owner, next, unknown }: Outlook, address: string, to: Pnn): readonly string[] {
  if (owner !== to) {
    const now = owner === null ? 'no node owns it' : `node ${owner} owns it`
    throw new CtdbtsError('NOT_MOVED', `node ${to} took ${address}, but now ${now}`, {
      hint: 'check the log of the leader: a takeover run may have moved it back',
    })
  }
  if (unknown !== undefined) return [`cannot predict what the next takeover run will do with ${address}: ${unknown}`]
  if (!next || next.pnn === to) return []
  const where = next.pnn === null ? `take ${address} away` : `move ${address} to node ${next.pnn}`
  return [`the next takeover run will ${where}: ${next.reason}`]
}
