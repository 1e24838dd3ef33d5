import type { HostAddress } from '../snapshot/host-facts.ts'
import { type AddressRecord, withNode, withoutNode } from './address-record.ts'
import { type AddressSample, type SampleTools, symmetricDifference } from './address-sample.ts'
import { kernelGot, kernelLost } from './kernel-times.ts'
import type { NodeRecord } from './node-record.ts'

/** Records what a sample shows of a node's kernel. Adds to `touched` the addresses for which something has changed. */
export function sampleKernel(node: NodeRecord, sample: AddressSample, touched: Set<AddressRecord>, tools: SampleTools): void {
  const { cluster, ownership } = tools
  const addresses = sample.facts.get(node.pnn)?.host?.addresses
  const wasSeen = node.held !== undefined
  const heldUnseen = addresses ? undefined : heldLast(node)
  const held = node.held ?? new Set()
  const now = publicOf(addresses, tools)
  node.held = addresses && held
  const { beganMs, atMs } = sample
  const note = (record: AddressRecord) => {
    cluster.touch(record)
    touched.add(record)
  }
  for (const address of symmetricDifference(now, held)) {
    const record = cluster.address(address)
    if (ownership.isOutdated(record, node.pnn, sample.beganMs)) continue
    const has = now.has(address)
    if (has) {
      kernelGot(record, node.pnn, { fromMs: beganMs, atMs }, cluster)
      held.add(address)
      record.heldBy = withNode(record.heldBy, node.pnn)
    } else {
      held.delete(address)
      record.heldBy = withoutNode(record.heldBy, node.pnn)
      kernelLost(record, node.kernelMs, addresses && atMs)
    }
    note(record)
  }
  if (addresses) node.kernelMs = beganMs
  node.heldUnseen = heldUnseen
  // When a kernel becomes visible or invisible, the state of all its node's addresses changes, even if the addresses are the same.
  if (wasSeen !== (addresses !== undefined)) for (const address of node.claims) note(cluster.address(address))
}

/** What a kernel had when it was last seen. */
const heldLast = ({ held, heldUnseen }: NodeRecord): Set<string> | undefined => (held ? new Set(held) : heldUnseen)

const NOTHING: readonly HostAddress[] = []

/** The public addresses among those of a kernel. Samples of a recording share what has not changed, so that the last result often holds. */
function publicOf(addresses: readonly HostAddress[] = NOTHING, tools: SampleTools): ReadonlySet<string> {
  const { addresses: known } = tools.cluster
  const last = lastPublics.get(addresses)
  if (last?.known === known) return last.publics
  const publics = publicAmong(addresses, tools)
  lastPublics.set(addresses, { known, publics })
  return publics
}

const lastPublics = new WeakMap<
  readonly HostAddress[],
  { readonly known: readonly AddressRecord[]; readonly publics: ReadonlySet<string> }
>()

function publicAmong(addresses: readonly HostAddress[], { cluster, names }: SampleTools): ReadonlySet<string> {
  const publics = addresses.flatMap(({ address }) => {
    const name = names.of(address)
    // Only to CTDB is ::ffff:a.b.c.d the same as a.b.c.d.
    const isSameFamily = name.includes(':') === address.includes(':')
    return isSameFamily && cluster.findAddress(name) ? [name] : []
  })
  return new Set(publics)
}
