import { CtdbtsError } from '../errors.ts'
import { SHELL_STATUS } from '../shell-status.ts'
import type { HostFacts, HostLock, NetworkFacts } from '../snapshot/host-facts.ts'
import type { MissingFact } from '../snapshot/snapshot.ts'
import { parseBonds } from './bonds.ts'
import { lackingIn } from './capabilities.ts'
import { parseConfiguredAddresses } from './configured-addresses.ts'
import { parseConnections } from './connections.ts'
import type { CommandExtent } from './facts-script.ts'
import { parseDrops } from './firewall.ts'
import { type KernelNetwork, parseIpAddr } from './ip-json.ts'
import { readLock } from './lock-facts.ts'
import { nulFields } from './nul-fields.ts'
import { SectionTexts, textOf } from './section-texts.ts'
import { parseSections, type Section } from './sections.ts'
import { parseServiceAddresses } from './service-addresses.ts'

/** What is known of a host, and, of what could not be read, why. */
export interface HostReport {
  readonly facts: Partial<HostFacts>
  readonly missing: readonly MissingFact[]
}

/** Parts of a report as one. */
export const merged = (parts: readonly HostReport[]): HostReport => ({
  facts: Object.assign({}, ...parts.map(({ facts }) => facts)),
  missing: parts.flatMap(({ missing }) => missing),
})

/** Of a line of a log, in characters. */
const MOST_OF_A_LINE = 300

/** The facts that the command is asked for. */
type ReadFact = Exclude<keyof HostFacts, 'reachedBy' | 'daemonAnswers' | 'events' | keyof NetworkFacts>

/** How each fact is read. Each throws a CtdbtsError when it cannot be. */
const READERS: { readonly [F in ReadFact]: (sections: Sections) => HostFacts[F] } = {
  addresses: (sections) => sections.network().addresses,
  links: (sections) => sections.network().links,
  publicAddressesFile: (sections) => sections.file('publicaddresses'),
  nodesFile: (sections) => sections.file('nodes'),
  configFile: (sections) => sections.file('config'),
  homeNodesFile: (sections) => sections.file('homenodes'),
  serviceAddresses: (sections) => parseServiceAddresses(sections.text('services')),
  tunablesFiles: (sections) => sections.tunables(),
  enabledScripts: (sections) => scriptNames(sections.text('scripts')),
  version: (sections) => versionOf(sections.text('version')),
  nonlocalBind: (sections) => nonlocalBind(sections.text('nonlocal')),
  promoteSecondaries: (sections) => promoting(sections.text('promote')),
  drops: (sections) => readDrops(sections),
  bonds: (sections) => parseBonds(sections.text('bonds')),
  configuredAddresses: (sections) => parseConfiguredAddresses(sections.text('configured')),
  hostname: (sections) => sections.text('hostname').trim(),
  connections: (sections) => sections.connections(),
  lock: (sections) => sections.lock(),
  lacking: (sections) => sections.lacking(),
  lastLog: (sections) => sections.lastLog(),
}

const ALL_FACTS = Object.keys(READERS) as ReadFact[]
const NETWORK_FACTS: readonly ReadFact[] = [
  'addresses',
  'links',
  'nonlocalBind',
  'promoteSecondaries',
  'drops',
  'bonds',
  'configuredAddresses',
  'hostname',
  'connections',
]

const READ_FACTS: Readonly<Record<CommandExtent, readonly ReadFact[]>> = {
  all: ALL_FACTS,
  kernel: ['addresses', 'links'],
  network: NETWORK_FACTS,
  files: ALL_FACTS.filter((fact) => !NETWORK_FACTS.includes(fact)),
}

/**
 * Reads what the facts command printed. Any bytes do: a fact that was not printed whole, and as it has to be, is missing.
 * @param nonce as the command was given it.
 * @param lost why there may be less than there ought to be, where that is known.
 * @param extent what the command was to read.
 */
export function parseHostFacts(output: Uint8Array, nonce: string, lost?: CtdbtsError, extent: CommandExtent = 'all'): HostReport {
  const sections = new Sections(parseSections(output, nonce), lost)
  const facts: { [F in ReadFact]?: HostFacts[F] } = {}
  const missing: MissingFact[] = []
  const read = <F extends ReadFact>(fact: F): void => {
    try {
      const value = READERS[fact](sections)
      if (value !== undefined) facts[fact] = value
    } catch (error) {
      missing.push(missingFact(fact, error))
    }
  }
  for (const fact of READ_FACTS[extent]) read(fact)
  if (facts.addresses) missing.push(...unreadParts(sections))
  return { facts, missing }
}

/** What `ip` printed oddly: the facts are there, but not whole. */
const unreadParts = (sections: Sections): MissingFact[] =>
  sections.network().unread.map((part) => ({
    fact: 'host.addresses',
    code: 'IP_JSON',
    message: `part of what \`ip -j addr\` printed cannot be read: ${part}`,
  }))

/** @throws what is no failure, but a bug. */
export function missingFact(fact: keyof HostFacts, error: unknown): MissingFact {
  if (!(error instanceof CtdbtsError)) throw error
  return { fact: `host.${fact}`, code: error.code, message: error.message }
}

/** The sections of the facts script. */
class Sections extends SectionTexts {
  private parsed: KernelNetwork | undefined

  /** @throws CtdbtsError as `text`, and IP_JSON. */
  network(): KernelNetwork {
    this.parsed ??= parseIpAddr(this.text('addresses'))
    return this.parsed
  }

  /** @returns null where there is no such file. @throws CtdbtsError as `text`. */
  file(name: string): string | null {
    const section = this.get(name)
    return isAbsent(section) ? null : this.text(name)
  }

  /** Undefined where a daemon runs: then they are not read. @throws CtdbtsError as `text`. */
  tunables(): HostFacts['tunablesFiles'] {
    if (!this.sections.has('tunables')) return undefined
    return { file: this.file('tunables'), directory: this.text('tunablesd') }
  }

  /** Undefined where there is no `ss`, as in small containers. @throws CtdbtsError as `text`. */
  connections(): HostFacts['connections'] {
    return this.get('connections').status === SHELL_STATUS.notFound ? undefined : parseConnections(this.text('connections'))
  }

  /** @throws CtdbtsError as `text`. */
  lock(): HostLock {
    const lock = readLock(fields(this.text('lock')))
    if (!lock) throw misread('what was found of the cluster lock')
    return lock
  }

  /** Undefined where no daemon was found. @throws CtdbtsError as `text`. */
  lacking(): HostFacts['lacking'] {
    return this.sections.has('capabilities') ? lackingIn(this.text('capabilities')) : undefined
  }

  /** Undefined where there is none: that a log is not found proves nothing. */
  lastLog(): HostFacts['lastLog'] {
    const section = this.sections.get('log')
    if (section?.status !== 0) return undefined
    const [place = '', ...lines] = textOf(section).split('\n')
    // What follows the last newline, and may not be whole.
    lines.pop()
    const said = lines.filter((line) => line.trim() !== '').map((line) => line.slice(0, MOST_OF_A_LINE))
    return said.length === 0 ? undefined : { place, lines: said }
  }
}

const isAbsent = ({ status, content, said }: Section): boolean =>
  status === 1 && content.length === 0 && said.trimEnd().endsWith(': No such file or directory')

const misread = (what: string): CtdbtsError => new CtdbtsError('HOST_UNREADABLE', `${what} cannot be read`)

/** What is between NULs, and before the last one. */
function fields(text: string): string[] {
  const parts = nulFields(text)
  if (!parts) throw misread('what is not closed by a NUL')
  return parts
}

/** In the order in which CTDB runs them. */
const scriptNames = (text: string): string[] =>
  fields(text)
    .map((path) => path.slice(path.lastIndexOf('/') + 1).replace(/\.script$/, ''))
    .toSorted((a, b) => (a < b ? -1 : 1))

/** Some versions say `CTDB version: ` first. */
function versionOf(text: string): string {
  const version = text.trim().replace(/^CTDB version:\s*/, '')
  if (!/^[\x21-\x7e]{1,100}$/.test(version)) throw misread('what `ctdb version` printed')
  return version
}

function nonlocalBind(text: string): { ipv4: boolean; ipv6: boolean } {
  const match = /^(\d+)\n(\d+)\n$/.exec(text)
  if (!match) throw misread('net.ipv4.ip_nonlocal_bind')
  return { ipv4: Number(match[1]) !== 0, ipv6: Number(match[2]) !== 0 }
}

/** Linux promotes where the setting of the interface or that of `all` says so; `default` is what new interfaces begin with. */
function promoting(text: string): string[] {
  const parts = fields(text)
  const settings = new Map<string, boolean>()
  for (let at = 0; at < parts.length; at += 2) {
    const [name = '', value = ''] = parts.slice(at, at + 2)
    if (!/^\d+$/.test(value)) throw misread('net.ipv4.conf.*.promote_secondaries')
    settings.set(name, Number(value) !== 0)
  }
  const all = settings.get('all')
  if (all === undefined) throw misread('net.ipv4.conf.all.promote_secondaries')
  return [...settings].flatMap(([name, own]) => (name !== 'all' && name !== 'default' && (all || own) ? [name] : []))
}

/** CTDB's scripts make such rules by iptables only: a host with neither tool has none. */
function readDrops(sections: Sections): ReturnType<typeof parseDrops> {
  const names = ['iptables', 'ip6tables'] as const
  if (names.every((name) => sections.get(name).status === SHELL_STATUS.notFound)) return []
  return names.flatMap((name) => parseDrops(sections.text(name)))
}
