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
  title: 'The cluster lock of some nodes is another file than that of the others',
  seenBy: ['C', 'K', 'F'],
  moves: false,
  causes: [cause('cluster-lock')],
  meaning:
    'The nodes have the same path for the cluster lock, but find different files there: it is on a local file system, on one whose locks stay on the node, or the cluster file system is not mounted everywhere. A lock that each node can take excludes nobody. If a network split comes, each side has a leader and hosts all addresses.',
  outlook:
    'Nothing, until the next recovery. There each node tests that it cannot take the lock of the leader. If a node can, the recovery fails, and another one begins, again and again.',
  remedy:
    "Mount the cluster file system on these nodes, or set `[cluster] cluster lock` to a file on one that passes locks between nodes (Samba's ping_pong tests that), and restart ctdbd on all nodes.",
  falseAlarm:
    'For some seconds after the file was replaced, where a file system keeps what it knew of the old one. What lies behind the same path on different servers, or on file systems that this check does not know, is not judged.',
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
