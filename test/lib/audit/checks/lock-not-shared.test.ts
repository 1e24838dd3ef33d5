import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { HostLock, LockPlace } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingIn, healthyCluster, lockOn, withAll, withFacts, withHost } from '../../../support/audit-cluster.ts'

const good = healthyCluster()
const place = (snapshot: Snapshot, pnn: number, change: (place: LockPlace) => Partial<LockPlace>): Snapshot =>
  withHost(snapshot, pnn, ({ lock }) =>
    lock?.place ? { lock: { ...lock, place: { ...lock.place, ...change(lock.place) } } } : {},
  )
const locks = (lockOf: (pnn: number) => HostLock): Snapshot =>
  withAll(good, ({ host, pnn }) => (host ? { host: { ...host, lock: lockOf(pnn) } } : {}))
const mounted = (type: string, ...lockOptions: string[]): Snapshot =>
  locks((pnn) => {
    const lock = lockOn(type, 'x:/y', '5', `boot ${pnn}`)
    return { ...lock, place: lock.place && { ...lock.place, mount: { type, source: 'x:/y', lockOptions } } }
  })
const found = (snapshot: Snapshot) =>
  auditSamples([snapshot, snapshot])
    .findings.filter(({ id }) => id.startsWith('lock-'))
    .map(({ id }) => id)

describe('a cluster lock is not shared', () => {
  it.each<[string, Snapshot]>([
    ['on the same local file system of different machines', mounted('ext4')],
    ['on NFS that keeps locks to itself', mounted('nfs', 'local_lock=all')],
    ['on NFS without a lock daemon', mounted('nfs', 'nolock')],
    ['on GFS2 that keeps locks to itself', mounted('gfs2', 'localflocks')],
    ['on Lustre that keeps locks to itself', mounted('lustre', 'localflock')],
    ['on SMB that keeps locks to itself', mounted('cifs', 'nobrl')],
    ['as files of one kernel that differ', locks((pnn) => lockOn('ext4', '/dev/sda', String(pnn), 'one boot'))],
    ['as files of one cluster file system that differ', locks((pnn) => lockOn('gpfs', 'fs1', String(pnn), `boot ${pnn}`))],
    ['where one node has not mounted it', withHost(good, 2, () => ({ lock: lockOn('ext4', '/dev/sda', '77', 'boot 2') }))],
    [
      'where one node has not mounted it, and has no such file yet',
      place(
        withHost(good, 2, () => ({ lock: lockOn('ext4', '/dev/sda', '77', 'boot 2') })),
        2,
        () => ({ file: null }),
      ),
    ],
  ])('%s', (_, snapshot) => {
    expect(found(snapshot)).toEqual(['lock-not-shared'])
  })

  it('which names the nodes, and what each has', () => {
    const snapshot = withHost(good, 2, () => ({ lock: lockOn('ext4', '/dev/sda', '77', 'boot 2') }))
    expect(findingIn(snapshot, 'lock-not-shared')).toMatchObject({
      message: 'the cluster lock /cluster/lock is not the same file on nodes 0 and 1 as on node 2',
      evidence: [
        'kernel of node 0: /cluster/lock: inode 77 of device 0:44, on gpfs from clusterfs',
        'kernel of node 1: /cluster/lock: inode 77 of device 0:44, on gpfs from clusterfs',
        'kernel of node 2: /cluster/lock: inode 77 of device 0:44, on ext4 from /dev/sda, a local file system',
      ],
      nodes: [0, 1, 2],
    })
  })
})

describe('a cluster lock may be shared', () => {
  it.each<[string, Snapshot]>([
    ['as one file of one kernel, on whatever file system', locks(() => lockOn('overlay', 'overlay', '5', 'one boot'))],
    ['on NFS', mounted('nfs4', 'local_lock=none')],
    ['on a file system of which nothing is known', mounted('virtiofs')],
    ['by different names of the server', locks((pnn) => lockOn('fuse.glusterfs', `node${pnn}:/v`, '5', `boot ${pnn}`))],
    ['on different servers, whatever the inodes', locks((pnn) => lockOn('nfs4', `node${pnn}:/v`, String(pnn), `boot ${pnn}`))],
    ['where inodes say nothing', locks((pnn) => lockOn('cvfs', 'fs', String(pnn), `boot ${pnn}`))],
    [
      'where no kernel says which one it is',
      withAll(mounted('ext4'), ({ host }) =>
        host?.lock?.place ? { host: { ...host, lock: { ...host.lock, place: { ...host.lock.place, bootId: undefined } } } } : {},
      ),
    ],
    [
      'where a mount is not known',
      place(
        place(mounted('ext4'), 0, () => ({ mount: undefined })),
        1,
        () => ({ mount: undefined }),
      ),
    ],
    [
      'where only one node is seen to have a local one',
      place(
        place(mounted('ext4'), 0, () => ({ mount: undefined })),
        2,
        () => ({ mount: undefined }),
      ),
    ],
    ['while the file is not there on a node of the same file system', place(good, 1, () => ({ file: null }))],
    ['on a cluster of one node', healthyCluster({ nodes: 1 })],
  ])('%s', (_, snapshot) => {
    expect(found(snapshot)).toEqual([])
  })

  it('which is not known where a node has another lock than its ctdb.conf', () => {
    const snapshot = withFacts(good, 1, () => ({ clusterLock: '/other' }))
    const { findings, unknown } = auditSamples([snapshot, snapshot])
    expect(findings.map(({ id }) => id)).toEqual(['cluster-lock'])
    expect(unknown).toContainEqual({
      id: 'lock-not-shared',
      pnn: 1,
      fact: 'host.lock',
      why: 'its daemon has another cluster lock than its ctdb.conf names',
    })
  })

  it('by a helper for files', () => {
    const setting = '!/usr/libexec/ctdb/ctdb_mutex_fcntl_helper /cluster/lock'
    const helped = withAll(mounted('ext4'), ({ host }) => ({
      clusterLock: setting,
      ...(host?.lock && { host: { ...host, lock: { ...host.lock, setting } } }),
    }))
    expect(found(helped)).toEqual(['lock-not-shared'])
  })
})

describe('a cluster lock is missing', () => {
  it.each<[string, Partial<LockPlace>, string]>([
    [
      'without its folder',
      { file: null, hasFolder: false, mount: undefined },
      'the folder of the cluster lock does not exist on node 1',
    ],
    [
      'on a broken file system',
      { file: null, problem: 'Stale file handle' },
      'the file system of the cluster lock is broken on node 1',
    ],
    ['as a folder', { file: { device: '0:44', inode: '77', isRegular: false } }, 'the cluster lock is not a file on node 1'],
  ])('%s', (_, change, message) => {
    const snapshot = place(good, 1, () => change)
    expect(found(snapshot)).toEqual(['lock-missing'])
    expect(findingIn(snapshot, 'lock-missing')).toMatchObject({ message, subject: { pnn: 1 } })
  })
})

describe('a cluster lock is held', () => {
  const heldBy = (name: string, ...pnns: number[]) =>
    pnns.reduce((changed, pnn) => place(changed, pnn, () => ({ holders: [{ pid: 7, name }] })), good)

  it.each(['ctdb_mutex_fcnt', 'ctdb_recoverd', 'ctdbd'])('rightly by %s', (name) => {
    expect(found(heldBy(name, 0))).toEqual([])
  })

  it('by another program, which is one on all nodes that share its kernel', () => {
    const shared = locks(() => lockOn('ext4', '/dev/sda', '5', 'one boot'))
    const snapshot = [0, 1, 2].reduce(
      (changed, pnn) => place(changed, pnn, () => ({ holders: [{ pid: 7, name: 'tar' }] })),
      shared,
    )
    expect(found(snapshot)).toEqual(['lock-held'])
    expect(findingIn(snapshot, 'lock-held')).toMatchObject({
      message: 'process 7 (tar) on nodes 0, 1 and 2 keeps the cluster lock, and does not belong to CTDB',
      nodes: [0, 1, 2],
    })
  })

  it('by a program on each of two machines', () => {
    expect(found(heldBy('tar', 0, 1))).toEqual(['lock-held', 'lock-held'])
  })
})
