import type { Pnn } from '../../../src/lib/cluster/node.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import { already, begin } from '../../../src/sim/process/wait.ts'
import type { MemoryHost } from '../../../src/sim/world/memory-host.ts'
import { Random } from '../../../src/sim/world/random.ts'
import type { SimNode } from '../../../src/sim/world/sim-node.ts'
import type { SmallWorld } from '../../support/sim-world.ts'

/** An address that a node knows, and who owns it as that node believes. */
interface Chosen {
  readonly random: Random
  readonly small: SmallWorld
  readonly node: SimNode
  readonly address: string
  readonly owner: Pnn
}

/** In every so many clusters the kernels notice that another node has an IPv6 address. */
export const DETECTING = 4

const BAD_SETTINGS = ['[cluster]\n\tleader timeout = never\n', 'CTDB_NODES=/etc/nodes\n', 'CTDB_DEBUGLEVEL=ERR\n']

/** What random faults rarely or never do, by its name. They come last, so that no daemon starts with a changed file before the audit. */
const RARE_FAULTS: { readonly [name: string]: (chosen: Chosen) => void } = {
  restart({ random, small, node }) {
    for (const verb of ['kill', 'start']) {
      small.do(`${verb} ${node.pnn}`)
      small.pass(random.between(1, 3))
    }
  },
  /** As a `ctdb moveip` that was interrupted leaves it. */
  stale({ random, small, node, address, owner }) {
    const other = random.pick(small.world.nodes).pnn
    if (owner === node.pnn || other === node.pnn) return
    const ip = node.daemon?.publicIps.known().find((each) => each.address.address === address)?.address
    if (ip && node.daemon) begin(node.daemon.control(DESTINATION.CURRENT_NODE, 'releaseIp', { pnn: other, address: ip }))
  },
  /** The address is moved to the other interface by hand. */
  interface({ small, node, address, owner }) {
    if (owner === node.pnn) addAgain(small.hosts[node.pnn], address, { otherInterface: true })
  },
  /** Another node gets the address, too, by hand. */
  duplicate({ random, small, node, address }) {
    const other = (node.pnn + random.between(1, small.hosts.length - 1)) % small.hosts.length
    begin(small.hosts[other]?.addByHand('bond0', address, address.includes(':') ? 64 : 24) ?? already(undefined))
  },
  mask({ small, node, address, owner }) {
    if (owner === node.pnn && !address.includes(':')) addAgain(small.hosts[node.pnn], address, { maskBits: 25 })
  },
  tunable({ node: { daemon } }) {
    daemon?.tunables.set('MonitorInterval', 3)
  },
  'no takeover': ({ small }) => {
    small.do('set NoIPTakeover 1')
  },
  'faulty line': ({ random, small, node: { pnn, files } }) => {
    if (random.percent(50)) small.do(`kill ${pnn}`)
    files.publicAddresses += random.pick(['172.16.146.300/24 bond0\n', '172.16.146.250/24 \n', '172.16.146.251/24 bond0'])
  },
  'interfaces in the file': ({ node: { files }, address }) => {
    files.publicAddresses = files.publicAddresses.replace(new RegExp(`^(${address}/\\d+) (.*)$`, 'm'), (_, ip, names) =>
      names === 'bond1' ? `${ip} bond0` : `${ip} bond1`,
    )
  },
  'mask in the file': ({ node: { files }, address }) => {
    files.publicAddresses = files.publicAddresses.replace(new RegExp(`^${address}/\\d+`, 'm'), `${address}/28`)
  },
  'nodes file': ({ node: { files } }) => {
    files.nodes += '\n10.11.12.99'
  },
  'ctdb.conf': ({ random, node }) => {
    override(node, 'config', `${node.config}${random.pick(BAD_SETTINGS)}`)
  },
  version({ node }) {
    override(node, 'version', '4.17.7')
  },
}

/** Brings about a rare fault on a random node whose daemon answers and knows addresses. @returns what it did. */
export function rareFault(random: Random, small: SmallWorld): string {
  const node = random.pick(small.world.nodes)
  const known = node.daemon?.publicIps.known() ?? []
  if (!node.answers || known.length === 0) return 'nothing'
  const { address, pnn: owner } = random.pick(known)
  const kind = random.pick(Object.keys(RARE_FAULTS))
  RARE_FAULTS[kind]?.({ random, small, node, address: address.address, owner })
  return `${kind} ${node.pnn} ${address.address}`
}

/** Faults that come to nothing with most nodes and addresses, and so are too rare: certain seeds have them besides, where they come to something. */
const SCARCE_FAULTS: readonly {
  /** That of the rare fault. */
  readonly name: string
  hasIt(seed: number): boolean
  /** Whether it may be brought about with an address that a node owns and has in its kernel. */
  suits(address: string): boolean
}[] = [
  {
    name: 'interface',
    hasIt: (seed) => seed % 50 === 24,
    suits: () => true,
  },
  {
    name: 'duplicate',
    // Their kernels notice it.
    hasIt: (seed) => seed % (10 * DETECTING) === 0,
    suits: (address) => address.includes(':'),
  },
]

/** Brings about the scarce faults of a seed, by chance of their own: no other seed's cluster depends on them. @returns what it did. */
export function scarceFaults(seed: number, small: SmallWorld): string[] {
  const random = new Random(seed + SCARCE_STREAM)
  return SCARCE_FAULTS.filter(({ hasIt }) => hasIt(seed)).flatMap(({ name, suits }) => {
    const places = small.world.nodes.flatMap((node) => {
      const known = (node.answers && node.daemon?.publicIps.known()) || []
      return known
        .filter(({ address: { address }, pnn }) => pnn === node.pnn && small.holdersOf(address).includes(pnn) && suits(address))
        .map(({ address: { address } }) => ({ node, address }))
    })
    if (places.length === 0) return []
    const { node, address } = random.pick(places)
    RARE_FAULTS[name]?.({ random, small, node, address, owner: node.pnn })
    return [`${name} ${node.pnn} ${address}`]
  })
}

const SCARCE_STREAM = 1_000_000

/** Deletes an address by hand and adds it again, elsewhere or otherwise. */
function addAgain(
  host: MemoryHost | undefined,
  address: string,
  { otherInterface = false, maskBits }: { readonly otherInterface?: boolean; readonly maskBits?: number },
): void {
  const held = host?.held.find((each) => each.address === address)
  if (!host || !held) return
  const other = held.interfaceName === 'bond0' ? 'bond1' : 'bond0'
  begin(host.deleteByHand(address))
  begin(host.addByHand(otherInterface ? other : held.interfaceName, address, maskBits ?? held.maskBits))
}

const OVERRIDDEN = ['config', 'version'] as const

function override(node: SimNode, name: (typeof OVERRIDDEN)[number], value: string): void {
  Object.defineProperty(node, name, { value, configurable: true })
}

/** What a node had before the faults. */
export interface Before {
  putFilesBack(): void
  /** Puts its ctdb.conf and its version back. */
  putConfigurationBack(): void
}

/** Remembers what a node has before the faults. */
export function rememberNode(node: SimNode): Before {
  const files = { ...node.files }
  return {
    putFilesBack: () => Object.assign(node.files, files),
    putConfigurationBack() {
      for (const name of OVERRIDDEN) Reflect.deleteProperty(node, name)
    },
  }
}
