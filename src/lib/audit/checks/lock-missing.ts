import type { Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, said } from '../facts.ts'
import { inactivityOf } from '../lasting.ts'
import { lockKind, serviceOf } from '../lock-kind.ts'
import { lockPlaces, type NodePlace, whyUnusable } from '../lock-places.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'lock-missing',
  order: 364,
  severity: 'error',
  title: 'A node cannot use the cluster lock: its folder, file system or helper is not there',
  seenBy: ['C', 'F'],
  moves: false,
  meaning:
    'The folder of the lock file does not exist on the node, its file system is broken there, or the command that takes the lock does not exist. Such a node can neither become the leader nor test the lock in a recovery. The usual reason is a cluster file system that is not mounted, or a package that is not installed.',
  outlook: 'Nothing until the next recovery, in which each node tests the lock. The recovery fails, again and again.',
  remedy: 'Mount the file system of the cluster lock on the node, or install the helper that ctdb.conf names.',
  find: (view) => [
    ...[...lockPlaces(view), ...placesOfDead(view)].flatMap((each) => withoutFile(view, each)),
    ...view.nodes.flatMap(({ pnn }) => withoutHelper(view, pnn)),
  ],
}

/** Where the daemon is dead, ctdb.conf says which lock it takes when it starts. */
const lockOf = (view: View, pnn: Pnn): string | undefined =>
  view.isDaemonDead(pnn) ? view.peek(pnn, 'host.lock')?.setting : view.need(pnn, 'clusterLock')

const placesOfDead = (view: View): NodePlace[] =>
  view.nodes.flatMap(({ pnn }): NodePlace[] => {
    const lock = view.isDaemonDead(pnn) ? view.peek(pnn, 'host.lock') : undefined
    const path = lock && lockKind(lock.setting).file
    return lock?.place && path !== undefined ? [{ pnn, path, place: lock.place }] : []
  })

function withoutFile(view: View, each: NodePlace): Found[] {
  const { pnn, path } = each
  const why = whyUnusable(each)
  return why ? [found(view, pnn, lockOf(view, pnn) ?? path, `${why.what} on node ${pnn}`, why.seen)] : []
}

function withoutHelper(view: View, pnn: Pnn): Found[] {
  const lock = lockOf(view, pnn)
  const program = lock === undefined ? undefined : lockKind(lock).program
  // Whether a name without a path leads somewhere cannot be seen from outside.
  if (lock === undefined || !program?.startsWith('/')) return []
  if (view.want(pnn, 'host.lock')?.isHelperAbsent !== true) return []
  const service = serviceOf(program)
  const what = `the helper for the cluster lock${service === undefined ? '' : ` in ${service}`} does not exist on node ${pnn}`
  return [found(view, pnn, lock, what, `${program}: there is no such file`)]
}

function found(view: View, pnn: Pnn, lock: string, message: string, seen: string): Found {
  // The leader asks active nodes only to test the lock.
  const isDead = view.isDaemonDead(pnn)
  const isInactive = isDead || inactivityOf(view, pnn) !== undefined
  const text = isInactive ? 'a recovery begins in which the node takes part' : 'the next recovery begins'
  return {
    subject: { pnn },
    message,
    evidence: [isDead ? fileHas(pnn, `ctdb.conf: ${lock}`) : said(pnn, `the cluster lock is ${lock}`), fileHas(pnn, seen)],
    claims: [staysUntil({ on: 'other', text }, 'it fails, again and again, as there each node tests the lock')],
    actions: [mend({ what: 'cluster lock', pnn }, check.remedy)],
  }
}
