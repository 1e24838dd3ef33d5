import { parseIp } from '../address/ip-text.ts'
import { leadingUnsigned } from '../c-number.ts'
import { isAtLeast } from '../version.ts'
import { oldSettings, readConfig, type Setting } from './config-file.ts'

/** A setting that CTDB (4.9 to 4.25) has, or had. */
interface Known {
  readonly section: string
  readonly name: string
  /** The minor version 4.x from which on it exists, and the first without it. */
  readonly since?: number
  readonly until?: number
  /** Whether CTDB rejects a value for certain. What depends on the machine, like folders that must exist, is not judged. */
  readonly rejects?: (value: string) => boolean
}

const notBoolean = (value: string): boolean => !/^(true|yes|false|no)$/i.test(value)

/** The beginning of a name counts as the name; of a number, what comes after its digits does not count. */
const LEVELS = ['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG']
const MAX_LEVEL = 10
const notLevel = (value: string): boolean =>
  /^\d/.test(value) ? Number.parseInt(value, 10) > MAX_LEVEL : !LEVELS.some((level) => level.startsWith(value.toUpperCase()))

const LOCATION = /^(file(:.*)?|syslog(:(nonblocking|udp|udp-rfc5424))?)$/s
/** `ib` is accepted by builds with support for InfiniBand. */
const TRANSPORTS = ['tcp', 'ib']
const notTimeout = (value: string): boolean => value.startsWith('-') || (leadingUnsigned(value) ?? 0) === 0

const KNOWN: readonly Known[] = [
  { section: 'cluster', name: 'transport', rejects: (value) => !TRANSPORTS.includes(value) },
  { section: 'cluster', name: 'node address', rejects: (value) => parseIp(value) === undefined },
  // Up to 4.15 only the second name is known. Which lock a daemon that runs goes by is asked: see cluster-lock.
  { section: 'cluster', name: 'cluster lock' },
  { section: 'cluster', name: 'recovery lock' },
  { section: 'cluster', name: 'nodes list', since: 22 },
  { section: 'cluster', name: 'leader timeout', since: 16, rejects: notTimeout },
  { section: 'cluster', name: 'leader capability', since: 16, rejects: notBoolean },
  { section: 'database', name: 'volatile database directory' },
  { section: 'database', name: 'persistent database directory' },
  { section: 'database', name: 'state database directory' },
  { section: 'database', name: 'lock debug script' },
  { section: 'database', name: 'tdb mutexes', rejects: notBoolean },
  { section: 'event', name: 'debug script' },
  { section: 'failover', name: 'disabled', rejects: notBoolean },
  { section: 'failover', name: 'shutdown extra timeout', since: 23 },
  { section: 'failover', name: 'shutdown failover timeout', since: 23 },
  { section: 'legacy', name: 'realtime scheduling', rejects: notBoolean },
  { section: 'legacy', name: 'recmaster capability', until: 16, rejects: notBoolean },
  { section: 'legacy', name: 'lmaster capability', rejects: notBoolean },
  { section: 'legacy', name: 'start as stopped', rejects: notBoolean },
  { section: 'legacy', name: 'start as disabled', rejects: notBoolean },
  { section: 'legacy', name: 'script log level', rejects: notLevel },
  { section: 'logging', name: 'location', rejects: (value) => !LOCATION.test(value) },
  { section: 'logging', name: 'log level', rejects: notLevel },
]

/** The versions 4.x whose settings are known here. */
const FIRST_KNOWN = 9
const LAST_KNOWN = 25

export interface ConfigFault {
  /**
   * rejected: ctdbd does not start with this file. ignored: this version has no such setting, and does not say so. invalid: the line is no
   * setting, and ctdbd goes by none of the file.
   */
  readonly kind: 'rejected' | 'ignored' | 'invalid'
  /** From 1. */
  readonly line: number
  /** `[cluster] leader timeout`, `line 3`. */
  readonly setting: string
  /** `leader timeout = 0`. */
  readonly text: string
}

/**
 * The lines of ctdb.conf that do not do what they say, but for settings in the form of CTDB before 4.9. What 4.17's ctdbd does with each
 * was seen by starting it.
 * @param version that of the node; undefined if it is not known: then a setting that any version has counts as one it may have.
 */
export function configFaults(text: string, version: string | undefined): ConfigFault[] {
  const { settings, invalidLine } = readConfig(text)
  const oldLines = new Set(oldSettings(text).map(({ line }) => line))
  const faults = settings
    .filter(({ line }) => !oldLines.has(line))
    .flatMap((setting): ConfigFault[] => {
      const { line, section, name, value } = setting
      const kind = judge(setting, version)
      const where = section === '' ? name : `[${section}] ${name}`
      return kind === undefined ? [] : [{ kind, line, setting: where, text: `${name} = ${value}` }]
    })
  if (invalidLine === undefined) return faults
  const invalid = { line: invalidLine, setting: `line ${invalidLine}`, text: text.split('\n')[invalidLine - 1]?.trim() ?? '' }
  // What comes before it is judged all the same.
  return [...faults.filter(({ kind }) => kind === 'rejected'), { kind: 'invalid', ...invalid }]
}

function judge({ section, name, value }: Setting, version: string | undefined): ConfigFault['kind'] | undefined {
  const known = KNOWN.find((each) => each.section === section && each.name === name)
  const exists = existsIn(known, version)
  if (exists === false) return 'ignored'
  return exists && (value === '' || known?.rejects?.(value)) ? 'rejected' : undefined
}

/** Whether a version has a setting; undefined where that cannot be known: in versions before and after those that are known here. */
function existsIn(known: Known | undefined, version: string | undefined): boolean | undefined {
  if (version === undefined) return known === undefined ? false : (known.since ?? known.until) === undefined || undefined
  const isFrom = (minor: number) => isAtLeast(version, 4, minor)
  if (isFrom(FIRST_KNOWN) !== true || isFrom(LAST_KNOWN + 1) !== false) return undefined
  if (!known) return false
  const { since = FIRST_KNOWN, until = LAST_KNOWN + 1 } = known
  return isFrom(since) === true && isFrom(until) === false
}
