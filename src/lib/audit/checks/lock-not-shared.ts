import { nodesText } from '../../cluster/node-text.ts'
import { groupOf } from '../../group-of.ts'
import type { LockPlace } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { groupsApart, lockPlaces, type NodePlace, whyLocal } from '../lock-places.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'lock-not-shared',
  order: 362,
  severity: 'error',
  title: 'Some nodes use a different file as the cluster lock than the others',
  seenBy: ['C', 'K', 'F'],
  moves: false,
  causes: [cause('cluster-lock')],
  meaning:
    'The nodes have the same path for the cluster lock, but find different files there: the path is on a local file system, or on one that does not share locks between nodes, or the cluster file system is not mounted everywhere. A lock that every node can take protects nothing. In a network split, each side has a leader and hosts all addresses.',
  outlook:
    'Nothing until the next recovery, in which each node tests that it cannot take the lock of the leader. If a node can, the recovery fails and another one begins, again and again.',
  remedy:
    "Mount the cluster file system on these nodes, or set `[cluster] cluster lock` to a file on a file system that shares locks between nodes (Samba's `ping_pong` tests this), and restart ctdbd on all nodes.",
  falseAlarm:
    'For some seconds after the file was replaced, if the file system caches the old one. The check does not judge a path that is on different servers, or on file systems that it does not know.',
  find(view) {
    const byPath = new Map<string, NodePlace[]>()
    for (const each of lockPlaces(view)) groupOf(byPath, each.path).push(each)
    return [...byPath].flatMap(([path, places]): Found[] => {
      const groups = groupsApart(places.filter(({ place }) => place.hasFolder))
      if (groups.length < 2) return []
      return [
        {
          subject: { detail: path },
          nodes: places.map(({ pnn }) => pnn),
          message: `the cluster lock ${path} is not the same file on ${listedGroups(groups)}`,
          evidence: groups.flat().map(({ pnn, place }) => kernelHas(pnn, placeText(path, place))),
          claims: [
            staysUntil(
              { on: 'other', text: 'the next recovery begins' },
              'it fails, again and again, as there each node tests that it cannot take the lock of the leader',
            ),
          ],
          actions: [mend({ what: 'cluster lock' }, check.remedy)],
        },
      ]
    })
  },
}

const listedGroups = (groups: readonly (readonly NodePlace[])[]): string =>
  groups.map((group) => nodesText(group.map(({ pnn }) => pnn))).join(' as on ')

/** What a node has at the path: `/lock: inode 12 of device 8:1, on ext4 from /dev/sda1, a local file system`. */
function placeText(path: string, { file, mount }: LockPlace): string {
  const what = file ? `inode ${file.inode} of device ${file.device}` : 'no such file'
  const why = mount && whyLocal(mount)
  const where = mount ? `, on ${mount.type} from ${mount.source}${why === undefined ? '' : `, ${why}`}` : ''
  return `${path}: ${what}${where}`
}
