import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type Outlook, outlookFor } from '../../lib/takeover/outlook.ts'
import type { AskedNode } from '../../transport/asked-node.ts'
import { collectSnapshot } from '../../transport/collect/snapshot.ts'

/** Who owns an address now, and what the next takeover run will do with it. */
export const lookAtAddress = async ({ client, localPnn, timeoutMs }: AskedNode, address: string): Promise<Outlook> =>
  outlookFor(await collectSnapshot(client, localPnn, { timeoutMs, now: new Date() }), address)

/**
 * What there is to say of a move that was made: when the next takeover run will take the address away from the node again.
 * @throws CtdbtsError NOT_MOVED when that node does not own it.
 */
export function judgeMove({ owner, next, unknown }: Outlook, address: string, to: Pnn): readonly string[] {
  if (owner !== to) {
    const now = owner === null ? 'nobody owns it' : `node ${owner} owns it`
    throw new CtdbtsError('NOT_MOVED', `node ${to} took ${address}, but now ${now}`, {
      hint: 'a takeover run may have moved it back at once: see the log of the leader',
    })
  }
  if (unknown !== undefined) return [`what the next takeover run will do with ${address} cannot be foreseen: ${unknown}`]
  if (!next || next.pnn === to) return []
  const where = next.pnn === null ? `take ${address} away` : `move ${address} to node ${next.pnn}`
  return [`the next takeover run will ${where}: ${next.reason}`]
}
