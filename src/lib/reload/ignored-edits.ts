import { sameMembers } from '../audit/facts.ts'
import type { View } from '../audit/view.ts'
import type { ConfiguredAddress } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { groupOf } from '../group-of.ts'

/** An edit of the file that a reload does not apply, because CTDB compares only addresses. */
export interface IgnoredEdit {
  readonly address: string
  readonly what: 'mask' | 'interfaces'
  /** As the file has it: `/26`, `eth1,eth2`. */
  readonly file: string
  /** The value that stays in effect. */
  readonly stays: string
  /**
   * Where that value was seen. A daemon reports its interfaces but not its mask; the mask shows in the kernel of the node that holds the
   * address. If that is another node, the daemon here may have loaded this line as it is.
   */
  readonly seenOn: Pnn
}

/** The mask of each address in each kernel that has it. */
export type KernelMasks = ReadonlyMap<string, readonly { readonly pnn: Pnn; readonly maskBits: number }[]>

/** The masks in the kernels, as far as they could be seen. */
export function kernelMasks(view: View): KernelMasks {
  const masks = new Map<string, { pnn: Pnn; maskBits: number }[]>()
  for (const { pnn } of view.nodes) {
    for (const { address, maskBits } of view.peek(pnn, 'host.addresses') ?? []) groupOf(masks, address).push({ pnn, maskBits })
  }
  return masks
}

/** The edits of a node's file that a reload ignores. */
export function ignoredEdits(view: View, pnn: Pnn, lines: readonly ConfiguredAddress[], masks: KernelMasks): IgnoredEdit[] {
  const known = new Map(view.peek(pnn, 'known')?.map((each) => [each.address, each]))
  return lines.flatMap((line): IgnoredEdit[] => {
    const { address, maskBits, interfaces } = line
    const daemon = known.get(address)
    if (!daemon) return []
    const holders = masks.get(address) ?? []
    const held = holders.find((holder) => holder.pnn === pnn) ?? holders[0]
    return [
      ...(held && held.maskBits !== maskBits
        ? [{ address, what: 'mask' as const, file: `/${maskBits}`, stays: `/${held.maskBits}`, seenOn: held.pnn }]
        : []),
      ...(daemon.interfaces && !sameMembers(daemon.interfaces, interfaces)
        ? [
            {
              address,
              what: 'interfaces' as const,
              file: interfaces.join(','),
              stays: daemon.interfaces.join(','),
              seenOn: pnn,
            },
          ]
        : []),
    ]
  })
}
