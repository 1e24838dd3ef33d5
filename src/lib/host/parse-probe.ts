import * as v from 'valibot'
import { formatIp, parseIp } from '../address/ip-text.ts'
import { CtdbtsError } from '../errors.ts'
import { lastLineOf } from '../last-line.ts'
import { SHELL_STATUS } from '../shell-status.ts'
import type { InterfaceFilter, LinkAddress, Neighbour, NetworkFacts, NetworkQuestion } from '../snapshot/host-facts.ts'
import { parseIpJson } from './ip-json.ts'
import { type HostReport, merged, missingFact } from './parse-facts.ts'
import type { PlannedQuestion } from './probe-script.ts'
import { SectionTexts, textOf } from './section-texts.ts'
import { parseSections, type Section } from './sections.ts'

const mac = v.pipe(v.string(), v.toLowerCase(), v.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/))
const list = v.array(v.unknown())
const link = v.object({ ifname: v.string(), link_type: v.literal('ether'), address: mac })
const neighbour = v.object({ dst: v.string(), dev: v.string(), lladdr: mac, state: v.array(v.string()) })
const answers = v.array(
  v.object({
    interface: v.string(),
    address: v.string(),
    macs: v.optional(v.array(mac)),
    problem: v.optional(v.pipe(v.string(), v.maxLength(300))),
  }),
)

/** States in which the link address of an entry is not used, or was not learned. */
const NOT_USED = ['FAILED', 'INCOMPLETE', 'NOARP', 'NONE']

/** The Ethernet addresses in what `ip -j link` prints. @throws CtdbtsError IP_JSON. */
const parseLinkAddresses = (text: string): LinkAddress[] =>
  entriesOf(link, text, 'ip -j link').map(({ ifname, address }) => ({ interfaceName: ifname, mac: address }))

/** The entries for these addresses, or for all, in what `ip -j neigh` prints. @throws CtdbtsError IP_JSON. */
function parseNeighbours(text: string, addresses: ReadonlySet<string> | undefined): Neighbour[] {
  return entriesOf(neighbour, text, 'ip -j neigh').flatMap(({ dst, dev, lladdr, state }) => {
    const ip = parseIp(dst)
    const address = ip ? formatIp(ip) : dst
    if (addresses?.has(address) === false || state.some((each) => NOT_USED.includes(each))) return []
    return [
      { address, interfaceName: dev, mac: lladdr, isPermanent: state.includes('PERMANENT'), isStale: state.includes('STALE') },
    ]
  })
}

/** What the settings of /proc/sys/net/ipv4/conf say of each interface. Of arp_filter either counts, of rp_filter the greater one. */
function parseFilters(text: string): InterfaceFilter[] {
  const settings = new Map<string, { arp: number; rp: number }>()
  for (const [, name = '', filter, value] of text.matchAll(
    /^\/proc\/sys\/net\/ipv4\/conf\/([^/\n]+)\/(arp|rp)_filter:(\d+)$/gm,
  )) {
    const own = settings.get(name) ?? { arp: 0, rp: 0 }
    settings.set(name, { ...own, [filter === 'arp' ? 'arp' : 'rp']: Number(value) })
  }
  const all = settings.get('all')
  if (!all) throw new CtdbtsError('HOST_UNREADABLE', 'net.ipv4.conf.all.arp_filter cannot be read')
  return [...settings].flatMap(([interfaceName, { arp, rp }]) =>
    ['all', 'default'].includes(interfaceName)
      ? []
      : [{ interfaceName, arp: arp + all.arp > 0, strict: Math.max(rp, all.rp) === 1 }],
  )
}

/** The entries of this form; others are of other kinds. */
function entriesOf<S extends v.GenericSchema>(schema: S, text: string, command: string): v.InferOutput<S>[] {
  // `ip` prints nothing at all where there is nothing.
  const entries = v.safeParse(list, text.trim() === '' ? [] : parseIpJson(text, command))
  if (!entries.success) throw new CtdbtsError('IP_JSON', `what \`${command}\` printed cannot be read: it is not a list`)
  return entries.output.flatMap((entry) => {
    const read = v.safeParse(schema, entry)
    return read.success ? [read.output] : []
  })
}

/**
 * Reads what the look command printed.
 * @param addresses the public addresses, in normal form; undefined for all addresses.
 * @param lost why there may be less than there ought to be, where that is known.
 */
export function parseLook(
  output: Uint8Array,
  nonce: string,
  addresses: ReadonlySet<string> | undefined,
  lost?: CtdbtsError,
): HostReport {
  const sections = new SectionTexts(parseSections(output, nonce), lost)
  return merged([
    readFact('linkAddresses', () => parseLinkAddresses(sections.text('links'))),
    readFact('interfaceFilters', () => parseFilters(sections.text('filters'))),
    readFact('neighbours', () => parseNeighbours(sections.text('neighbours'), addresses)),
  ])
}

/** Reads what the ask command printed. @param lost as for {@link parseLook}. */
export function parseAnswers(
  output: Uint8Array,
  nonce: string,
  questions: readonly PlannedQuestion[],
  lost?: CtdbtsError,
): HostReport {
  const sections = parseSections(output, nonce)
  return readFact('questions', () => {
    if (sections.has('python')) return byPython(new SectionTexts(sections, lost).text('python'), questions)
    if (lost) throw lost
    return questions.map((question, at) => byTool(question, at, sections))
  })
}

function byPython(text: string, questions: readonly PlannedQuestion[]): NetworkQuestion[] {
  const read = v.safeParse(answers, jsonOf(text))
  if (!read.success) throw new CtdbtsError('HOST_UNREADABLE', 'the answers of the network cannot be read')
  return questions.map(({ address, interfaceName }) => {
    const found = read.output.find((each) => each.address === address && each.interface === interfaceName)
    const { macs, problem = macs ? undefined : 'it was not asked' } = found ?? {}
    return { address, interfaceName, ...(problem === undefined ? { macs: [...new Set(macs)] } : { problem }) }
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function byTool(
  { address, interfaceName }: PlannedQuestion,
  at: number,
  sections: ReadonlyMap<string, Section>,
): NetworkQuestion {
  const tool = address.includes(':') ? 'ndisc6' : 'arping'
  const section = sections.get(`${tool === 'ndisc6' ? 'ndisc' : 'arping'}${at}`)
  const outcome = section ? (tool === 'ndisc6' ? ndiscOutcome(section) : arpingOutcome(section)) : 'there was no time left to ask'
  if (typeof outcome !== 'string') return { address, interfaceName, macs: outcome }
  const isAbsent = section?.status === SHELL_STATUS.notFound
  return { address, interfaceName, problem: isAbsent ? `neither python3 nor ${tool} is installed` : outcome }
}

/** The link addresses that arping (of iputils, of busybox, or by Thomas Habets) has printed; else why there are none. */
function arpingOutcome(section: Section): string[] | string {
  const text = textOf(section)
  const replies = text.matchAll(/^(?:Unicast|Broadcast) reply from \S+ \[(\S+)\]|^\d+ bytes from (\S+) \(/gm)
  if (!/^Sent \d+ probe|^\d+ packets transmitted/m.test(text)) return whyNot(section)
  return macsIn([...replies].map(([, one, other]) => one ?? other ?? ''))
}

/** The link addresses that ndisc6 has printed; else why there are none. */
function ndiscOutcome(section: Section): string[] | string {
  const text = textOf(section)
  const replies = [...text.matchAll(/^Target link-layer address: (\S+)/gm)].map(([, address = '']) => address)
  if (replies.length === 0 && !/^No response\.$/m.test(`${text}\n${section.said}`)) return whyNot(section)
  return macsIn(replies)
}

const macsIn = (texts: readonly string[]): string[] => [
  ...new Set(
    texts.flatMap((text) => {
      const read = v.safeParse(mac, text)
      return read.success ? [read.output] : []
    }),
  ),
]

const whyNot = ({ said, status }: Section): string =>
  lastLineOf(said).slice(0, 300) || `the question failed with exit status ${status}`

function readFact<F extends keyof NetworkFacts>(fact: F, read: () => NetworkFacts[F]): HostReport {
  try {
    return { facts: { [fact]: read() }, missing: [] }
  } catch (error) {
    return { facts: {}, missing: [missingFact(fact, error)] }
  }
}
