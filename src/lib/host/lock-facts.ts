import type { HostLock, LockFile, LockHolder, LockMount, LockPlace } from '../snapshot/host-facts.ts'
import { isRegularFile } from './file-mode.ts'

/**
 * Reads what the facts script prints of the cluster lock.
 * @param fields names and values in turn.
 * @returns undefined if that is not what it prints.
 */
export function readLock(fields: readonly string[]): HostLock | undefined {
  const pairs = fields.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : []))
  const values = new Map(pairs)
  const setting = values.get('setting')
  if (setting === undefined || fields.length % 2 !== 0) return undefined
  const stat = values.get('stat')
  const processes = pairs.filter(([name]) => name === 'process').map(([, value]) => value)
  const place = stat === undefined ? undefined : readPlace(stat, values, processes)
  if (stat !== undefined && !place) return undefined
  return { setting, ...(values.has('helper') && { isHelperAbsent: true }), ...(place && { place }) }
}

/** What `stat` says of a file that is not there. */
const ABSENT = /: (No such file or directory|Not a directory)$/

/** What it says where the file system is broken, whoever asks. */
const BROKEN =
  /: (Stale file handle|Transport endpoint is not connected|Input\/output error|Remote I\/O error|Host is down|No such device|Too many levels of symbolic links)$/

function readPlace(stat: string, values: ReadonlyMap<string, string>, processes: readonly string[]): LockPlace | undefined {
  const file = readFile(stat)
  const problem = BROKEN.exec(stat)?.[1]
  if (!file && problem === undefined && !ABSENT.test(stat)) return undefined
  const path = values.get('path') ?? ''
  const lines = (values.get('lines') ?? '').split('\n')
  const bootId = values.get('boot')
  const mounted = path === '' ? undefined : mountOf(path, file, lines)
  return {
    ...(bootId !== undefined && { bootId }),
    file: file ?? null,
    hasFolder: path !== '',
    ...(problem !== undefined && { problem }),
    ...(mounted && { mount: mounted.mount }),
    holders: file ? holdersOf(file, mounted?.device, lines, processes) : [],
  }
}

/** What `stat -c '%d %i %f'` prints. */
function readFile(stat: string): LockFile | undefined {
  const [, number = '', inode = '', mode = ''] = /^(\d{1,20}) (\d{1,20}) ([0-9a-f]{1,8})$/.exec(stat) ?? []
  if (number === '') return undefined
  return { device: deviceOf(BigInt(number)), inode, isRegular: isRegularFile(mode) }
}

/** Major and minor number of a device, as the C library packs them into one. */
function deviceOf(number: bigint): string {
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n)
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}

interface Mounted {
  readonly point: string
  readonly device: string
  readonly mount: LockMount
}

/** File systems whose files have another device than their mount. */
const OTHER_DEVICE: ReadonlySet<string> = new Set(['btrfs', 'overlay', 'bcachefs'])

/**
 * The mount that a file is on: that with the longest path, and the last of those with the same. Undefined if the file's device says otherwise:
 * a mount may be hidden by one above it.
 * @param path without links.
 * @param lines of /proc/self/mountinfo, and others.
 */
function mountOf(path: string, file: LockFile | undefined, lines: readonly string[]): Mounted | undefined {
  const mounts = lines.flatMap((line) => readMount(line) ?? []).filter(({ point }) => isBelow(path, point))
  const longest = Math.max(...mounts.map(({ point }) => point.length))
  const found = mounts.findLast(({ point }) => point.length === longest)
  const isOther = file && found && file.device !== found.device && !OTHER_DEVICE.has(found.mount.type)
  return isOther ? undefined : found
}

const isBelow = (path: string, point: string): boolean => point === '/' || path === point || path.startsWith(`${point}/`)

/** The options that say where locks are kept. The others may be long, or private. */
const LOCK_OPTION = /^(local_lock=\w+|nolock|lock|localflocks?|flock|nobrl|lockproto=\w+)$/

/** `36 35 98:0 /root /point rw,noatime shared:1 - ext3 /dev/root rw`, with any number of words before the dash. */
function readMount(line: string): Mounted | undefined {
  const words = line.split(' ')
  const dash = words.indexOf('-', 6)
  const [device = '', point = ''] = [words[2], words[4]]
  const [type = '', source = '', options = ''] = dash === -1 ? [] : words.slice(dash + 1)
  if (type === '' || !/^\d+:\d+$/.test(device) || !point.startsWith('/')) return undefined
  const kept = options.split(',').filter((option) => LOCK_OPTION.test(option))
  return { point, device, mount: { type, source, lockOptions: kept } }
}

/** `1: POSIX  ADVISORY  WRITE 4711 fd:00:2154504 0 0`; the device in hexadecimal digits, and last the first and the last byte. */
const POSIX_LOCK = /^\d+: (?:POSIX|OFDLCK) +\w+ +(?:READ|WRITE) (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) (\d+) (?:\d+|EOF)$/

/** The processes with a lock on the first byte of a file, which is what CTDB locks, as far as their names are known. */
function holdersOf(
  file: LockFile,
  mountDevice: string | undefined,
  lines: readonly string[],
  processes: readonly string[],
): LockHolder[] {
  const names = new Map(processes.map((text) => [Number(text.split(' ', 1)[0]), text.slice(text.indexOf(' ') + 1)]))
  const devices = new Set([file.device, mountDevice])
  return lines.flatMap((line): LockHolder[] => {
    const [, pid = '', major = '', minor = '', inode, start] = POSIX_LOCK.exec(line) ?? []
    const name = names.get(Number(pid))
    const device = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`
    return name !== undefined && inode === file.inode && start === '0' && devices.has(device) ? [{ pid: Number(pid), name }] : []
  })
}
