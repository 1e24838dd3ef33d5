import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import { DISCOVERY_SECTION, RECORD_FIELDS } from './discovery-script.ts'
import { nulFields } from './nul-fields.ts'
import { parseSections } from './sections.ts'

/** A ctdbd that runs on a machine. Empty texts are not known. */
export interface FoundProcess {
  readonly pid: number
  /** Its namespaces, as the kernel names them: `net:[4026531840]`. */
  readonly mnt: string
  readonly net: string
  /** Its root folder, seen from the machine if it has the machine's mounts. */
  readonly root: string
  /** Its socket, as it is called where it runs. */
  readonly socket: string
  /** The same socket seen from the machine, and the folder of its configuration: under its root folder, or in a folder of cephadm. */
  readonly outside: string
  readonly outsideEtc: string
  /** The folder of its configuration, as it is called where it runs. */
  readonly etc: string
  /** The private address of its node. */
  readonly privateAddress: string | undefined
  readonly cgroup: string
  /** The name of its network namespace, if `ip netns` has one for it. */
  readonly netns: string
  /** The host name in its files. */
  readonly inner: string
  /** Its connections to other nodes. Both ends of one have the same text for it. */
  readonly connections: readonly string[]
}

/** A socket that is seen on a machine, with the folder of configuration that belongs to it, if there is one. */
export interface FoundSocket {
  readonly path: string
  readonly etc: string
}

/** A container that runs on a machine. */
export interface FoundContainer {
  readonly tool: string
  readonly name: string
  readonly mnt: string
}

/** What was found on a machine. All texts come from there and may contain anything but a NUL. */
export interface Discovery {
  readonly hostname: string
  readonly mnt: string
  readonly net: string
  /** Whether everything could be looked at. */
  readonly isRoot: boolean
  readonly processes: readonly FoundProcess[]
  readonly sockets: readonly FoundSocket[]
  readonly containers: readonly FoundContainer[]
}

/**
 * Reads what the discovery command printed.
 * @param nonce as the command was given it.
 * @throws CtdbtsError HOST_INCOMPLETE when it is not whole.
 */
export function parseDiscovery(output: Uint8Array, nonce: string): Discovery {
  const section = parseSections(output, nonce).get(DISCOVERY_SECTION)
  if (!section || section.truncated) throw incomplete()
  const records = recordsIn(new TextDecoder().decode(section.content))
  const [host] = ofKind(records, 'host')
  if (!host) throw incomplete()
  const [hostname = '', mnt = '', net = '', uid, order] = host
  return {
    hostname,
    mnt,
    net,
    isRoot: uid === '0',
    processes: ofKind(records, 'ctdbd').map((fields) => processOf(fields, order === '1')),
    sockets: ofKind(records, 'socket').map(([path = '', etc = '']) => ({ path, etc })),
    containers: ofKind(records, 'container').map(([tool = '', name = '', own = '']) => ({ tool, name, mnt: own })),
  }
}

const incomplete = (): CtdbtsError => new CtdbtsError('HOST_INCOMPLETE', 'the answer of the machine is not whole')

type Kind = keyof typeof RECORD_FIELDS
interface FoundRecord {
  readonly kind: Kind
  readonly fields: readonly string[]
}

const ofKind = (records: readonly FoundRecord[], kind: Kind): (readonly string[])[] =>
  records.filter((record) => record.kind === kind).map(({ fields }) => fields)

/** @throws CtdbtsError HOST_INCOMPLETE. */
function recordsIn(text: string): FoundRecord[] {
  const fields = nulFields(text)
  if (!fields) throw incomplete()
  const records: FoundRecord[] = []
  for (let at = 0; at < fields.length; ) {
    const kind = (Object.keys(RECORD_FIELDS) as Kind[]).find((each) => each === fields[at])
    if (kind === undefined) throw incomplete()
    const end = at + 1 + RECORD_FIELDS[kind]
    if (end > fields.length) throw incomplete()
    records.push({ kind, fields: fields.slice(at + 1, end) })
    at = end
  }
  return records
}

function processOf(fields: readonly string[], isLittleEndian: boolean): FoundProcess {
  const [pid = '', mnt = '', net = '', root = '', socket = '', outside = '', outsideEtc = '', etc = ''] = fields
  const [listens = '', cgroup = '', netns = '', inner = '', connections = ''] = fields.slice(8)
  // Elsewhere the digits come in another order, which was not tried.
  const privateAddress = isLittleEndian ? addressIn(listens) : undefined
  return {
    ...{ pid: Number(pid), mnt, net, root, socket, outside, outsideEtc, etc, privateAddress, cgroup, netns, inner },
    connections: connections.split(' ').flatMap((ends) => (ends === '' ? [] : ends.split('-').toSorted().join('-'))),
  }
}

/** The address in a line of /proc/net/tcp or tcp6: `0100000A:111B`; undefined for one that stands for all. */
function addressIn(text: string): string | undefined {
  const [, hex] = /^((?:[0-9A-F]{8}){1,4}):[0-9A-F]{4}$/.exec(text) ?? []
  if (hex === undefined) return undefined
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed())
  const written =
    bytes.length === 4 ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.') : bytes.join('').match(/.{4}/g)?.join(':')
  const ip = parseIp(written ?? '')
  if (!ip || bytes.every((byte) => byte === '00')) return undefined
  return formatIp(ip)
}
