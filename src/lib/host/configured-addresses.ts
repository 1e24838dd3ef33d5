import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import type { ForeignAddress } from '../snapshot/host-facts.ts'

/** How the files of a program say which addresses it sets. */
type Reader = (text: string) => string[]

const READERS: Readonly<Record<ForeignAddress['by'], Reader>> = {
  'systemd-networkd': (text) => sectionsOf(text).flatMap((section) => (isNetwork(section.name) ? addressesIn(section) : [])),
  NetworkManager: (text) => {
    const sections = sectionsOf(text)
    const isManual = sections.some(({ name, lines }) => name === 'connection' && lines.some(isNoAutoconnect))
    return isManual ? [] : sections.flatMap((section) => (/^ipv[46]$/.test(section.name) ? addressesIn(section) : []))
  },
  keepalived: (text) => {
    const blocks = text.replaceAll(/[#!].*/g, '').matchAll(/\bvirtual_ipaddress(?:_excluded)?\s*\{([^}]*)\}/g)
    return [...blocks].flatMap(([, block = '']) => block.split('\n').map((line) => line.trim().split(/\s/, 1)[0] ?? ''))
  },
}

/**
 * Reads which addresses other programs set: for each file the program, its path, and the lines about addresses, each closed by a NUL. What is
 * not a plain address there is left out.
 * @throws CtdbtsError HOST_UNREADABLE when a text is not of that form.
 */
export function parseConfiguredAddresses(text: string): ForeignAddress[] {
  const parts = text.split('\0')
  if (parts.pop() !== '' || parts.length % 3 !== 0) throw notUnderstood()
  return Array.from({ length: parts.length / 3 }, (_, index) => parts.slice(3 * index, 3 * index + 3)).flatMap(
    ([by = '', file = '', lines = '']) => {
      if (!isProgram(by)) throw notUnderstood()
      const addresses = READERS[by](lines).flatMap((each) => plainAddress(each) ?? [])
      return [...new Set(addresses)].map((address) => ({ by, file, address }))
    },
  )
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

/** The other sections with an `Address` mean that of another machine. */
const isNetwork = (name: string): boolean => name === 'Network' || name === 'Address'

/** `Address=10.0.0.1/24`; `address1=10.0.0.1/24,10.0.0.254`, where a gateway follows. */
const addressesIn = ({ lines }: IniSection): string[] =>
  lines.flatMap((line) => /^address\d*\s*=\s*([^,\s]+)/i.exec(line)?.[1] ?? [])

const isNoAutoconnect = (line: string): boolean => /^autoconnect\s*=\s*(false|no|0)$/i.test(line)

/** In normal form, without its mask; undefined if it is not an address. */
function plainAddress(text: string): string | undefined {
  const ip = parseIp(text.split('/', 1)[0] ?? '')
  return ip && formatIp(ip)
}

const notUnderstood = (): CtdbtsError =>
  new CtdbtsError('HOST_UNREADABLE', 'which addresses other programs are configured to set cannot be understood')
