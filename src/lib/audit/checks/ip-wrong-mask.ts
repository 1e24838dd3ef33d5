import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, heldText, kernelHas } from '../facts.ts'
import { fileLines, maskOfOtherFiles } from '../file-masks.ts'
import { leavesInterface } from '../lasting.ts'
import { LOAD_ANEW } from '../load-anew.ts'
import { staysUntil } from '../outlook.ts'
import { checkedFact, look, mend } from '../remedy.ts'
import { ONE_AT_A_TIME, removing } from '../removal.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-wrong-mask',
  order: 120,
  severity: 'error',
  title: 'The prefix length of an address in the kernel differs from the file',
  seenBy: ['F', 'K'],
  moves: false,
  causes: [PRIVATE_TOO, cause('file-mask-iface-change', 'node', 'address')],
  meaning:
    'With a different prefix length the node considers other machines to be on its own network: some clients get no answer, or their answers take a detour. No control reports the mask that the daemon uses, so this check compares the kernel with the file.',
  outlook:
    'Nothing: the recovery daemon compares only addresses. When the address is released, the script deletes it with the mask that the kernel has.',
  remedy: `If the kernel is wrong, move the address to another node and back with \`ctdb moveip\`. If the file was edited, note that \`ctdb reloadips\` does not apply a changed mask. To apply it, restart ctdbd on that node; or ${LOAD_ANEW}.`,
  find(view) {
    const files = fileLines(view)
    return view.nodes.flatMap(({ pnn }) => {
      const file = files.get(pnn)
      const addresses = view.need(pnn, 'host.addresses')
      if (!file || !addresses) return []
      const heldByAddress = Map.groupBy(addresses, ({ address }) => address)
      return [...file.values()].flatMap(({ address, maskBits }): Found[] => {
        const held = heldByAddress.get(address) ?? []
        // Mostly so, and quicker than to look for its place.
        if (held.every((each) => each.maskBits === maskBits)) return []
        const { entries, isPlaceKnown } = inPlace(view, pnn, address, held)
        const wrong = entries.filter((each) => each.maskBits !== maskBits)
        const [first] = wrong
        if (!first) return []
        const isBeside = isPlaceKnown && wrong.length < entries.length
        const others = maskOfOtherFiles(files, pnn, address)
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} holds ${address} with /${first.maskBits}, ${isBeside ? `besides the /${maskBits} of its file` : `but its file says /${maskBits}`}`,
            evidence: [
              fileHas(pnn, `public_addresses has ${address}/${maskBits}`),
              ...wrong.map((held) => kernelHas(pnn, heldText(held))),
              ...others.map(({ bits, pnns }) => `files on nodes ${listed(pnns.map(String))}: /${bits}`),
            ],
            ...(isBeside ? adviceOnSecond(view, pnn, wrong, maskBits) : adviceOn(view, pnn, address)),
          },
        ]
      })
    })
  },
}

/**
 * What a node's kernel has of an address, on the interface where it is to be by what its daemon says, if that is known. An address that is not
 * to be there at all, or there also, is reported by other checks.
 */
function inPlace(view: View, pnn: Pnn, address: string, held: readonly HostAddress[]) {
  const known = view.peek(pnn, 'known')?.find((each) => each.address === address)
  if (view.isDaemonDead(pnn) || (known && known.owner !== pnn)) return { entries: [], isPlaceKnown: true }
  const entries = held.filter(({ interfaceName }) => interfaceName === known?.activeInterface)
  return entries.length > 0 ? { entries, isPlaceKnown: true } : { entries: held, isPlaceKnown: false }
}

const adviceOn = (view: View, pnn: Pnn, address: string): Pick<Found, 'claims' | 'actions'> => ({
  claims: [staysUntil(leavesInterface(view, pnn, [address]), 'the recovery daemon compares only addresses')],
  actions: [mend({ what: 'file', pnn, address }, check.remedy)],
})

/** The same address twice on one interface: CTDB has added it with the mask of the file, and something else with another one. */
function adviceOnSecond(
  view: View,
  pnn: Pnn,
  wrong: readonly HostAddress[],
  maskBits: number,
): Pick<Found, 'claims' | 'actions'> {
  const [{ address, interfaceName } = { address: '', interfaceName: '' }] = wrong
  return {
    claims: [staysUntil(leavesInterface(view, pnn, [address]), ONE_AT_A_TIME)],
    actions: [
      ...removing(view, pnn, wrong, checkedFact(`the node keeps it with /${maskBits} on ${interfaceName}`)),
      look('Find out what put it there (a network configuration, a script): public addresses belong to CTDB alone.'),
    ],
  }
}
