import type { HostAddress } from '../snapshot/host-facts.ts'
import { type AddressLook, type LookTools, symmetricDifference } from './address-look.ts'
import { type AddressRecord, isAbsent, type KernelTrouble, truthOf, withNode, withoutNode } from './address-record.ts'
import type { NodeRecord } from './node-record.ts'

/** What the kernel of a node has, by a look. Adds to `touched` the addresses of which it is known otherwise than before. */
export function lookAtKernel(node: NodeRecord, look: AddressLook, touched: Set<AddressRecord>, tools: LookTools): void {
  const { cluster, chronicle } = tools
  const addresses = look.facts.get(node.pnn)?.host?.addresses
  const wasSeen = node.held !== undefined
  const held = node.held ?? new Set()
  const now = publicOf(addresses, tools)
  node.held = addresses && held
  const note = (record: AddressRecord) => {
    cluster.touch(record)
    touched.add(record)
  }
  for (const address of symmetricDifference(now, held)) {
    const record = cluster.address(address)
    if (chronicle.isOutdated(record, node.pnn, look.beganMs)) continue
    const has = now.has(address)
    if (has) held.add(address)
    else held.delete(address)
    record.heldBy = has ? withNode(record.heldBy, node.pnn) : withoutNode(record.heldBy, node.pnn)
    note(record)
  }
  // What is not looked at any more, or for the first time, is known otherwise than before even where it is the same.
  if (wasSeen !== (addresses !== undefined)) for (const address of node.claims) note(cluster.address(address))
}

/** Those of a kernel's addresses that are public ones. */
function publicOf(addresses: readonly HostAddress[] = [], { cluster, names }: LookTools): Set<string> {
  return new Set(addresses.map(({ address }) => names.of(address)).filter((address) => cluster.findAddress(address)))
}

/** What a kernel has is told when two looks agree on it: one may have come in the middle of a move. */
export function judgeKernel(record: AddressRecord, { beganMs, atMs }: AddressLook, tools: LookTools): void {
  const { cluster, chronicle } = tools
  const truth = truthOf(record, cluster.isSeen)
  const { trouble } = record
  if (truth === 'unseen') return
  if (truth === 'held' || truth === 'none') {
    record.trouble = undefined
    if (trouble?.isTold) tellMended(record, trouble, atMs, tools)
  } else if (trouble?.truth !== truth) {
    const goesOn = trouble?.isTold === true && isAbsent(trouble.truth) && isAbsent(truth)
    record.trouble = { truth, sinceMs: goesOn ? trouble.sinceMs : atMs, isTold: false }
  } else if (!trouble.isTold && beganMs > trouble.sinceMs) {
    record.trouble = { ...trouble, isTold: true }
    chronicle.tellTrouble(record, trouble.sinceMs)
  }
  if (record.trouble !== trouble) cluster.touch(record)
}

function tellMended({ address, owner }: AddressRecord, trouble: KernelTrouble, atMs: number, { teller }: LookTools): void {
  const wasAway = isAbsent(trouble.truth)
  const back = wasAway ? `${address} is back in the kernel of node ${owner}` : undefined
  const text = back ?? `${address} is in ${owner === null ? 'no kernel' : `the kernel of node ${owner} only`} again`
  const pnns = owner === null ? [] : [owner]
  const entry = { kind: 'kernel', what: wasAway ? 'back' : 'mended', text, tone: 'good', pnns, addresses: [address] } as const
  teller.tell(atMs, { ...entry, awayMs: atMs - trouble.sinceMs })
}
