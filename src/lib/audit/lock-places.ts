import type { Pnn } from '../cluster/node.ts'
import type { LockMount, LockPlace } from '../snapshot/host-facts.ts'
import { lockKind } from './lock-kind.ts'
import type { View } from './view.ts'

/** What a node finds at the path of its cluster lock. */
export interface NodePlace {
  readonly pnn: Pnn
  readonly path: string
  readonly place: LockPlace
}

/** What the nodes find, whose cluster lock is a file. */
export const lockPlaces = (view: View): NodePlace[] =>
  view.nodes.flatMap(({ pnn }): NodePlace[] => {
    const lock = view.need(pnn, 'clusterLock')
    const path = lock === undefined ? undefined : lockKind(lock).file
    if (path === undefined) return []
    const place = view.want(pnn, 'host.lock')?.place
    return place ? [{ pnn, path, place }] : []
  })

/** Why a node cannot use its cluster lock, as far as that is seen there; undefined if it may. */
export function whyUnusable({
  path,
  place: { file, hasFolder, problem },
}: NodePlace): { what: string; seen: string } | undefined {
  if (problem !== undefined) return { what: 'the file system of the cluster lock is broken', seen: `${path}: ${problem}` }
  if (!hasFolder) return { what: 'the folder of the cluster lock does not exist', seen: `${path}: there is no such folder` }
  if (file && !file.isRegular) return { what: 'the cluster lock is not a file', seen: `${path}: it is no regular file` }
  return undefined
}

/** File systems that only one kernel has mounted, or whose locks do not leave it. */
const LOCAL: ReadonlySet<string> = new Set([
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'jfs', 'reiserfs', 'bcachefs', 'nilfs2', 'vfat', 'exfat', 'ntfs3'],
  ...['tmpfs', 'ramfs', 'rootfs', 'devtmpfs', 'overlay', 'aufs'],
])

/** Options by which locks do not leave the kernel, though the file system does: see nfs(5), gfs2(5), mount.cifs(8) and mount.lustre(8). */
const LOCAL_LOCKS: readonly { readonly types: RegExp; readonly option: RegExp }[] = [
  { types: /^nfs4?$/, option: /^(nolock|local_lock=(all|posix))$/ },
  { types: /^gfs2$/, option: /^localflocks$/ },
  { types: /^(cifs|smb3)$/, option: /^nobrl$/ },
  { types: /^lustre$/, option: /^localflock$/ },
]

/** File systems that give a file the same inode number on all nodes. */
const SAME_INODES: ReadonlySet<string> = new Set([
  'gpfs',
  'ceph',
  'fuse.ceph',
  'fuse.glusterfs',
  'gfs2',
  'ocfs2',
  'lustre',
  'nfs',
  'nfs4',
])

/** Why locks on files of a mount are seen by one kernel alone; undefined if they may be seen by others. */
export function whyLocal({ type, lockOptions }: LockMount): string | undefined {
  if (LOCAL.has(type)) return 'a local file system'
  const rule = LOCAL_LOCKS.find(({ types }) => types.test(type))
  const option = rule && lockOptions.find((each) => rule.option.test(each))
  return option === undefined ? undefined : `mounted with ${option}, so that locks are not passed on`
}

/**
 * Whether a lock that one of these nodes takes does certainly not keep the other from taking its own: their paths lead to different files.
 * Where nothing proves that, they may.
 */
function areApart(a: LockPlace, b: LockPlace): boolean {
  if (a.bootId === undefined || b.bootId === undefined || !a.mount || !b.mount) return false
  const areSame = a.file !== null && a.file.inode === b.file?.inode
  const isLocal = whyLocal(a.mount) !== undefined || whyLocal(b.mount) !== undefined
  // One kernel knows a file by its device and inode, in whatever container or namespace.
  if (isLocal) return a.bootId !== b.bootId || (isThere(a) && isThere(b) && !(areSame && a.file?.device === b.file?.device))
  const areOfOneKind = a.mount.type === b.mount.type && a.mount.source === b.mount.source && SAME_INODES.has(a.mount.type)
  return areOfOneKind && isThere(a) && isThere(b) && !areSame
}

const isThere = ({ file }: LockPlace): boolean => file !== null

/** Nodes that may lock the same file, in the order of nodes. */
export function groupsApart(places: readonly NodePlace[]): NodePlace[][] {
  const groups: NodePlace[][] = []
  for (const each of places) {
    const group = groups.find((members) => members.every(({ place }) => !areApart(place, each.place)))
    if (group) group.push(each)
    else groups.push([each])
  }
  return groups
}
