import type { SimNode } from '../world/sim-node.ts'

/** The setting as the facts script finds it, also in a ctdb.conf that CTDB rejects. */
const SETTING = /^\s*(?:cluster|recovery)\s+lock\s*=\s*(.*?)\s*$/m

/** Major and minor number of the cluster file system, and of the disk that each node has for itself. */
const SHARED = { device: '0:44', number: 44, mount: '/clusterfs rw,relatime - gfs2 /dev/mapper/clusterfs' }
const OWN = { device: '8:1', number: 0x801, mount: '/ rw,relatime - ext4 /dev/sda1' }

/** The process that has locked the file, and does not belong to the cluster. */
const FOREIGNER = { pid: 4711, name: 'backupd' }

/** What a node's machine shows of the cluster lock: names and values in turn, as the facts script prints them. */
export function seenLock({ pnn, config, seenLock: { path, isPrivate, inode, isTakenHere } }: SimNode): string[] {
  const setting = SETTING.exec(config)?.[1] ?? ''
  if (setting !== path) return ['setting', setting]
  const { device, number, mount } = isPrivate ? OWN : SHARED
  const [major = 0, minor = 0] = device.split(':').map(Number)
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  const locked = `1: POSIX  ADVISORY  WRITE ${FOREIGNER.pid} ${hex(major)}:${hex(minor)}:${inode} 0 0`
  return [
    ...['setting', setting, 'boot', `00000000-0000-4000-8000-${String(pnn).padStart(12, '0')}`],
    ...['stat', `${number} ${inode} 8180`, 'path', path],
    ...['lines', [`36 1 ${device} / ${mount} rw`, ...(isTakenHere ? [locked] : [])].join('\n')],
    ...(isTakenHere ? ['process', `${FOREIGNER.pid} ${FOREIGNER.name}`] : []),
  ]
}
