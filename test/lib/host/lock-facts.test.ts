import { describe, expect, it } from 'vitest'
import { readLock } from '../../../src/lib/host/lock-facts.ts'

const PATH = '/cluster/.ctdb/lock'
const ROOT = '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard'
const CLUSTER = '40 27 0:44 / /cluster rw,relatime shared:7 master:3 - nfs4 nas:/ctdb rw,vers=4.2,local_lock=none,addr=10.0.0.9'

/** What is read of a file of device 0:44, where these lines are in /proc/self/mountinfo and /proc/locks. */
const placeOf = (lines: readonly string[], more: Readonly<Record<string, string>> = {}, ...processes: string[]) => {
  const values = { setting: PATH, boot: 'b', stat: '44 12 81a4', path: PATH, lines: lines.join('\n'), ...more }
  return readLock([...Object.entries(values).flat(), ...processes.flatMap((each) => ['process', each])])?.place
}

describe('the file of a cluster lock', () => {
  it('is on the mount with the longest path', () => {
    expect(placeOf([CLUSTER, ROOT])).toEqual({
      bootId: 'b',
      file: { device: '0:44', inode: '12', isRegular: true },
      hasFolder: true,
      mount: { type: 'nfs4', source: 'nas:/ctdb', lockOptions: ['local_lock=none'] },
      holders: [],
    })
  })

  it.each([
    ['is on the last of several mounts at one place', [ROOT, '39 27 0:43 / /cluster rw - autofs auto rw', CLUSTER], 'nfs4'],
    ['is not on a mount whose path is the beginning of its own', [CLUSTER, '41 27 0:45 / /cluster/.ctd rw - tmpfs t rw'], 'nfs4'],
    ['may be a mount itself', [CLUSTER, `41 27 0:44 /x ${PATH} rw - ext4 /dev/b rw`], 'ext4'],
    ['is on no mount of another device', [ROOT, '40 27 0:99 / /cluster rw - tmpfs t rw'], undefined],
    ['may have another device than its mount with btrfs', [ROOT, '40 27 0:31 /@ /cluster rw - btrfs /dev/sdb rw'], 'btrfs'],
    ['is on no mount that cannot be read', [ROOT.replace(' - ', ' ')], undefined],
  ])('%s', (_, lines, type) => {
    expect(placeOf(lines)?.mount?.type).toBe(type)
  })

  it('has a device as the C library packs it', () => {
    const file = (stat: string) => placeOf([], { stat })?.file
    expect(file('65024 1 81a4')?.device).toBe('254:0')
    expect(file('18446744073709551615 1 81a4')?.device).toBe('4294967295:4294967295')
    expect(file('66311 1 41ed')).toEqual({ device: '259:7', inode: '1', isRegular: false })
  })

  it.each([
    ['is not there', 'stat: cannot statx: No such file or directory', { file: null }],
    ['is below what is no folder', 'stat: cannot statx: Not a directory', { file: null }],
    ['is on a broken file system', 'stat: cannot statx: Stale file handle', { file: null, problem: 'Stale file handle' }],
  ])('%s', (_, stat, expected) => {
    expect(placeOf([ROOT], { stat })).toMatchObject(expected)
  })

  it.each(['stat: cannot statx: Permission denied', '', '1 2', '1 2 x'])('is not known where stat prints %j', (stat) => {
    expect(placeOf([ROOT], { stat })).toBeUndefined()
    expect(readLock(['setting', PATH, 'stat', stat])).toBeUndefined()
  })

  it('has no folder where its path could not be found out', () => {
    expect(placeOf([ROOT], { path: '', stat: 'stat: No such file or directory' })).toEqual({
      bootId: 'b',
      file: null,
      hasFolder: false,
      holders: [],
    })
  })
})

describe('those who have locked it', () => {
  const holders = (line: string, ...processes: string[]) => placeOf([CLUSTER, line], {}, ...processes)?.holders

  it('have a POSIX lock on its first byte', () => {
    expect(holders('3: POSIX  ADVISORY  WRITE 77 00:2c:12 0 0', '77 ctdb_mutex_fcnt')).toEqual([
      { pid: 77, name: 'ctdb_mutex_fcnt' },
    ])
    expect(holders('3: POSIX  ADVISORY  READ 77 00:2c:12 0 EOF', '77 a name')).toEqual([{ pid: 77, name: 'a name' }])
  })

  it.each([
    ['another device', '3: POSIX  ADVISORY  WRITE 77 08:01:12 0 0'],
    ['another inode', '3: POSIX  ADVISORY  WRITE 77 00:2c:120 0 0'],
    ['another byte', '3: POSIX  ADVISORY  WRITE 77 00:2c:12 1 1'],
    ['another kind of lock, which does not conflict', '3: FLOCK  ADVISORY  WRITE 77 00:2c:12 0 EOF'],
    ['no lock yet', '3: -> POSIX  ADVISORY  WRITE 77 00:2c:12 0 0'],
    ['an unknown name', '3: POSIX  ADVISORY  WRITE 78 00:2c:12 0 0'],
  ])('are not those with %s', (_, line) => {
    expect(holders(line, '77 ctdb_mutex_fcnt')).toEqual([])
  })

  it('are found by the device of the mount, which btrfs has for locks', () => {
    const lines = ['40 27 0:31 /@ /cluster rw - btrfs /dev/sdb rw', '3: POSIX  ADVISORY  WRITE 77 00:1f:12 0 0']
    expect(placeOf(lines, {}, '77 x')?.holders).toEqual([{ pid: 77, name: 'x' }])
  })
})

describe('a cluster lock that is a command', () => {
  it('has no file, and may have no program', () => {
    expect(readLock(['setting', '!/x y'])).toEqual({ setting: '!/x y' })
    expect(readLock(['setting', '!/x y', 'helper', 'absent'])).toEqual({ setting: '!/x y', isHelperAbsent: true })
  })
})
