import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import type { ForeignAddress } from '../snapshot/host-facts.ts'
import { ifcfgAddresses } from './ifcfg.ts'
import { nulRecords } from './nul-fields.ts'

/** How the files of a program say which addresses it sets. */
type Reader = (text: string, file: string) => string[]

const READERS: Readonly<Record<ForeignAddress['by'], Reader>> = {
  'systemd-networkd': (text) => {
    const sections = sectionsOf(text)
    return sections.some(mayNotCountHere) ? [] : sections.reduce<string[]>(addNetworkd, [])
  },
  NetworkManager: (text, file) => {
    if (/\/network-scripts\/ifcfg-[^/]*$/.test(file)) return ifcfgAddresses(text, 'NetworkManager')
    const sections = sectionsOf(text)
    const isManual = sections.some(({ name, lines }) => name === 'connection' && lines.some(isNotOnItsOwn))
    const networks = sections.filter(({ name }) => /^ipv[46]$/.test(name))
    // It rejects the whole profile.
    const isRejected = networks.some((each) => each.lines.some(hasNoAddresses) && addressesIn(each).length > 0)
    return isManual || isRejected ? [] : networks.flatMap(addressesIn)
  },
  'network-scripts': (text) => ifcfgAddresses(text, 'network-scripts'),
  ifupdown: (text) => {
    const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
    // A mapping may have it set up as another one.
    if (lines.some(([word]) => word === 'mapping')) return []
    const named = lines.flatMap(([word = '', ...names]) => (/^(auto|allow-auto|allow-hotplug)$/.test(word) ? names : []))
    const stanzas = stanzasOf(lines)
    return stanzas.flatMap(({ name, family, method, template, addresses }) => {
      if (!named.includes(name) || !/^inet6?$/.test(family) || method !== 'static') return []
      if (template === undefined || addresses.length > 0) return addresses
      return stanzas.filter((each) => each.name === template && each.family === family).flatMap((each) => each.addresses)
    })
  },
  keepalived: (text) => {
    const plain = text.replaceAll(/[#!].*/g, '')
    // Which lines count under a condition (`@node1 …`) is not known, nor what is in the block that such a line opens.
    if (/^\s*@\S*\s+vrrp_instance\b/m.test(plain)) return []
    const blocks = plain.matchAll(/(?:^|\{)[^\S\n]*virtual_ipaddress(?:_excluded)?\s*\{([^}]*)\}/gm)
    return [...blocks].flatMap(([, block = '']) => block.split('\n').map((line) => line.trim().split(/\s/, 1)[0] ?? ''))
  },
}

/**
 * Reads which addresses other programs set: for each file the program, its path, and the lines about addresses, each closed by a NUL. What is
 * not a plain address there is left out.
 * @throws CtdbtsError HOST_UNREADABLE when a text is not of that form.
 */
export function parseConfiguredAddresses(text: string): ForeignAddress[] {
  const records = nulRecords(text, 3)
  if (!records) throw notUnderstood()
  const found = records.flatMap(([by = '', file = '', lines = '']) => {
    if (!isProgram(by)) throw notUnderstood()
    return READERS[by](lines, file).flatMap((each) => {
      const address = plainAddress(each)
      return address === undefined ? [] : [{ by, file, address }]
    })
  })
  // A file may be named twice.
  return [...new Map(found.map((each) => [Object.values(each).join('\0'), each])).values()]
}

const isProgram = (name: string): name is ForeignAddress['by'] => Object.hasOwn(READERS, name)

interface IniSection {
  readonly name: string
  readonly lines: readonly string[]
}

/** The sections of a file, with those of one name apart. */
function sectionsOf(text: string): IniSection[] {
  const sections: { name: string; lines: string[] }[] = []
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, name] = /^\[(.*)\]$/.exec(line) ?? []
    if (name !== undefined) sections.push({ name, lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections
}

/** Whether networkd uses the file only under a condition that nobody checks here, or sets no addresses, as for a part of a bond. */
const mayNotCountHere = ({ name, lines }: IniSection): boolean =>
  (name === 'Network' && lines.some((line) => /^Bond\s*=\s*\S/.test(line))) ||
  (name === 'Match' && lines.some((line) => CONDITION.test(line))) ||
  (name === 'Link' && lines.some((line) => /^Unmanaged\s*=\s*(1|yes|y|true|t|on)$/i.test(line)))

/** The conditions that are not about the interface but about the machine. */
const CONDITION = /^(Host|Virtualization|KernelCommandLine|KernelVersion|Version|Credential|Architecture|Firmware)\s*=/

/** Adds those of a section. The other sections with an `Address` mean that of another machine. */
function addNetworkd(before: string[], section: IniSection): string[] {
  if (section.name === 'Address') return [...before, ...addressesIn(section)]
  if (section.name !== 'Network') return before
  // One that is empty takes back all before it.
  const last = section.lines.findLastIndex((line) => /^Address\s*=$/.test(line))
  return [...(last < 0 ? before : []), ...addressesIn({ ...section, lines: section.lines.slice(last + 1) })]
}

/** `Address=10.0.0.1/24`; `address1=10.0.0.1/24,10.0.0.254`, where a gateway follows. */
const addressesIn = ({ lines }: IniSection): string[] =>
  lines.flatMap((line) => /^address\d*\s*=\s*([^,\s]+)/i.exec(line)?.[1] ?? [])

/** A method with which a section of a profile may not have addresses. */
const hasNoAddresses = (line: string): boolean => /^method\s*=\s*(disabled|link-local|ignore)$/.test(line)

/** Somebody else brings it up, or it is a part of a bond, bridge or team, which gets no addresses. */
const isNotOnItsOwn = (line: string): boolean =>
  /^autoconnect\s*=\s*(false|no|0)$/i.test(line) || /^(slave|port)-type\s*=\s*(?!vrf$)\S/.test(line)

/** A stanza `iface` of ifupdown: the interface, how it gets its addresses, and the stanza whose options it has, too. */
interface IfaceStanza {
  readonly name: string
  readonly family: string
  readonly method: string | undefined
  readonly template: string | undefined
  readonly addresses: string[]
}

/** @param lines word by word. */
function stanzasOf(lines: readonly (readonly string[])[]): IfaceStanza[] {
  const stanzas: IfaceStanza[] = []
  for (const [word, first = '', family = '', method, inherits, template] of lines) {
    if (word === 'iface')
      stanzas.push({ name: first, family, method, template: inherits === 'inherits' ? template : undefined, addresses: [] })
    else if (word === 'address') stanzas.at(-1)?.addresses.push(first)
  }
  return stanzas
}

/** In normal form, without its mask; undefined if it is not an address. */
function plainAddress(text: string): string | undefined {
  const ip = parseIp(text.split('/', 1)[0] ?? '')
  return ip && formatIp(ip)
}

const notUnderstood = (): CtdbtsError =>
  new CtdbtsError('HOST_UNREADABLE', 'which addresses other programs are configured to set cannot be understood')
