import type { RecorderClock } from '../history/clocks.ts'
import { inOrder, type OwnerSpan, type OwnerSpans } from '../history/owners.ts'
import type { AddressState } from '../watch/cluster-state.ts'
import { OwnerRecord } from './owner-record.ts'

/** A time in which a recorder saw the cluster without a gap, by its own clock. */
export interface Segment {
  /** Of the first sample. */
  readonly fromMs: number
  /** Of the last sample, and of the last observation. */
  readonly sampledMs: number
  readonly toMs: number
  readonly clock: RecorderClock
  readonly owners: OwnerSpans
}

interface OpenSegment {
  readonly fromMs: number
  sampledMs: number
  toMs: number
  readonly clock: RecorderClock
  readonly record: OwnerRecord
}

/** Notes when recorders saw the cluster, and who owned what then. */
export class Coverage {
  private readonly before: Segment[] = []
  private open: OpenSegment | undefined

  /** All of it, in the order of the lines. */
  get segments(): readonly Segment[] {
    return this.before
  }

  get isOpen(): boolean {
    return this.open !== undefined
  }

  /** A sample shows the cluster. */
  begin(atMs: number, clock: RecorderClock): void {
    this.open ??= { fromMs: atMs, sampledMs: atMs, toMs: atMs, clock, record: new OwnerRecord() }
    this.open.sampledMs = atMs
  }

  /** Notes the current owners, as long as they are seen. */
  see(addresses: readonly AddressState[], atMs: number): void {
    if (!this.open) return
    this.open.toMs = atMs
    this.open.record.see(addresses, atMs)
  }

  /** From now on, nothing is known. */
  end(): void {
    const { open } = this
    this.open = undefined
    if (!open) return
    const { fromMs, sampledMs, toMs, clock, record } = open
    clock.seen.push([fromMs, toMs])
    this.before.push({ fromMs, sampledMs, toMs, clock, owners: record.spans })
  }
}

/** Who owned what when, as far as it was seen. */
export function ownersSeen(segments: readonly Segment[]): OwnerSpans {
  const all = new Map<string, OwnerSpan[]>()
  for (const { toMs, owners } of segments) {
    for (const [address, spans] of owners) {
      const known = all.get(address) ?? []
      all.set(address, known)
      known.push(...spans)
      if (spans.at(-1)?.owner !== undefined) known.push({ owner: undefined, fromMs: toMs + 1 })
    }
  }
  return inOrder(all)
}
