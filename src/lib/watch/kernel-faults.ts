import { type AddressRecord, isAbsent, isLost, type KernelTrouble, truthOf } from './address-record.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { takeAbsence, timeAway } from './kernel-times.ts'
import type { TimelineWriter } from './timeline-writer.ts'
import { missingText } from './words.ts'

interface Tools {
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly writer: TimelineWriter
}

/** Reports addresses that a kernel has and should not have, or does not have and should. */
export class KernelFaults {
  private readonly tools: Tools

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** Compares belief and kernel after a sample. A fault is reported when two samples agree: one may have come in the middle of a move. */
  judge(record: AddressRecord, { beganMs, atMs }: { readonly beganMs: number; readonly atMs: number }): void {
    const { cluster } = this.tools
    const truth = truthOf(record, cluster.isSeen)
    const { trouble } = record
    if (truth === 'unseen' || this.isHiddenNow(record)) return
    if (truth === 'held' || truth === 'none') {
      if (trouble?.isReported) this.reportRepaired(record, trouble, atMs)
      record.trouble = undefined
    } else if (trouble?.truth !== truth) {
      const isSameFault = trouble?.isReported === true && isAbsent(trouble.truth) && isAbsent(truth)
      record.trouble = { truth, sinceMs: isSameFault ? trouble.sinceMs : atMs, isReported: false }
    } else if (!trouble.isReported && beganMs > trouble.sinceMs) {
      record.trouble = { ...trouble, isReported: true }
      this.report(record, trouble.sinceMs)
    }
    if (record.trouble !== trouble) cluster.touch(record)
  }

  /** Whether a reported fault is only out of sight: a kernel that had the address by mistake, and may have it still, is not seen any more. */
  private isHiddenNow({ address, owner, heldBy, trouble }: AddressRecord): boolean {
    if (!trouble?.isReported || trouble.truth === 'missing' || heldBy.some((pnn) => pnn !== owner)) return false
    return [...this.tools.cluster.nodes.values()].some(
      ({ pnn, held, heldUnseen }) => pnn !== owner && held === undefined && heldUnseen?.has(address) === true,
    )
  }

  /** Reports all addresses that owners have lost, without waiting for another sample: a takeover run is about to put them back. */
  reportLost(): void {
    for (const record of this.tools.cluster.addresses) {
      const { trouble } = record
      if (!trouble || trouble.isReported || !isLost(record)) continue
      this.report(record, trouble.sinceMs)
      record.trouble = { ...trouble, isReported: true }
    }
  }

  report(record: AddressRecord, atMs: number): void {
    const { cluster, causes, writer } = this.tools
    const { address, owner, heldBy } = record
    const truth = record.trouble?.truth ?? truthOf(record, cluster.isSeen)
    const others = heldBy.filter((pnn) => pnn !== owner).map((pnn) => `node ${pnn}`)
    const texts: Partial<Record<typeof truth, string>> = {
      missing: missingText(address, owner ?? -1),
      elsewhere: `${missingText(address, owner ?? -1)}; ${others.join(' and ')} has it`,
      twice: `${address} is also in the kernel of ${others.join(' and ')}; node ${owner} owns it`,
      stray: `${address} is in the kernel of ${others.join(' and ')}, but no node owns it`,
    }
    // That an address is somewhere by mistake ends no outage, and the next owner did not bring it back then.
    if (truth === 'stray') for (const pnn of heldBy) takeAbsence(record, pnn)
    const pnns = [...new Set([...(owner === null ? [] : [owner]), ...heldBy])]
    const cause = causes.whyFaulty(pnns, record, atMs)
    writer.add(atMs, {
      kind: 'kernel',
      what: truth,
      text: texts[truth] ?? address,
      tone: 'error',
      pnns,
      addresses: [address],
      ...(cause !== undefined && { cause }),
    })
  }

  private reportRepaired(record: AddressRecord, trouble: KernelTrouble, atMs: number): void {
    const { address, owner } = record
    const wasAbsent = isAbsent(trouble.truth)
    const where = owner === null ? `no kernel has ${address} any more` : `only the kernel of node ${owner} has ${address} again`
    const text = wasAbsent ? `${address} is back in the kernel of node ${owner}` : where
    const pnns = owner === null ? [] : [owner]
    const entry = { kind: 'kernel', what: wasAbsent ? 'back' : 'mended', text, tone: 'good', pnns, addresses: [address] } as const
    const away = wasAbsent && owner !== null ? timeAway(record, owner, atMs) : { awayMs: atMs - trouble.sinceMs }
    this.tools.writer.add(atMs, { ...entry, ...away })
  }
}
