import { nodesText } from '../../cluster/node-text.ts'
import type { LockHolder } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { lockPlaces, type NodePlace } from '../lock-places.ts'
import { staysUntil } from '../outlook.ts'
import { look, mend } from '../remedy.ts'

export const check: Check = {
  id: 'lock-held',
  order: 366,
  severity: 'error',
  title: 'A program that does not belong to CTDB has locked the file of the cluster lock',
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'Only the node that can lock the file becomes the leader. While another program keeps it locked, no node can: nothing is repaired, and no address moves.',
  outlook: 'Nothing, until the program unlocks the file or ends.',
  remedy: 'Find out which program it is, stop it, and keep it away from this file: give the cluster lock a folder of its own.',
  falseAlarm:
    'If a program, such as a backup, locks the file only for a moment. The check cannot see programs on machines that are not nodes.',
  find: (view) => foreigners(lockPlaces(view)).map(foundOf),
}

/** A process that keeps the lock, seen by the nodes that share a kernel with it. */
interface Foreigner {
  readonly holder: LockHolder
  readonly seenBy: NodePlace[]
}

/** The programs of CTDB that lock the file: the helper and, in old versions, its daemons. */
const isOfCtdb = ({ name }: LockHolder): boolean => /^ctdb/.test(name)

function foreigners(places: readonly NodePlace[]): Foreigner[] {
  const found = new Map<string, Foreigner>()
  for (const each of places) {
    for (const holder of each.place.holders.filter((candidate) => !isOfCtdb(candidate))) {
      const key = `${each.place.bootId ?? `node ${each.pnn}`} ${holder.pid}`
      const known = found.get(key)
      if (known) known.seenBy.push(each)
      else found.set(key, { holder, seenBy: [each] })
    }
  }
  return [...found.values()]
}

function foundOf({ holder: { pid, name }, seenBy }: Foreigner): Found {
  const [first] = seenBy
  const pnns = seenBy.map(({ pnn }) => pnn)
  return {
    subject: { ...(first && { pnn: first.pnn }), detail: name },
    nodes: pnns,
    message: `process ${pid} (${name}) on ${nodesText(pnns)} keeps the cluster lock, and does not belong to CTDB`,
    evidence: seenBy.map(({ pnn, path }) => kernelHas(pnn, `/proc/locks: process ${pid} (${name}) has locked ${path}`)),
    claims: [staysUntil({ on: 'other', text: 'it unlocks the file or ends' }, 'no node can become the leader before')],
    actions: [
      look(`Run \`ps -fp ${pid}\` on ${nodesText(pnns.slice(0, 1))} to see what it is.`),
      mend(
        { what: 'cluster lock', ...(first && { pnn: first.pnn }) },
        'End it, and keep it away from the file of the cluster lock.',
      ),
    ],
  }
}
