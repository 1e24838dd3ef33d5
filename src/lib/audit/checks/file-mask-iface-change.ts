import type { ConfiguredAddress } from '../../cluster/address-files.ts'
import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, kernelHas, said, sameMembers } from '../facts.ts'
import { fatalFile } from '../fatal-files.ts'
import { fileLines, maskOfOtherFiles } from '../file-masks.ts'
import { LOAD_ANEW } from '../load-anew.ts'
import { type Claim, staysUntil, staysUntilFirst } from '../outlook.ts'
import { type Action, mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'file-mask-iface-change',
  order: 190,
  severity: 'warning',
  title: 'The file gives an address a different mask or different interfaces than the daemon has',
  seenBy: ['F', 'C', 'K'],
  moves: false,
  causes: [cause('iface-absent', 'node', 'address')],
  meaning:
    'The line of an address was edited, but only its mask or interfaces. `ctdb reloadips` compares only addresses and silently ignores this. The daemon reports the interfaces of the address but not its mask. ctdbts infers that the mask in the file was edited if the kernel and the files of the other nodes agree on a different one.',
  outlook: 'Nothing, even on `ctdb reloadips`. When ctdbd is restarted, it uses the file.',
  remedy: `Restart ctdbd on that node; or ${LOAD_ANEW}.`,
  find(view) {
    const files = fileLines(view)
    return view.nodes.flatMap(({ pnn }) => {
      const known = view.need(pnn, 'known')
      const held = Map.groupBy(view.need(pnn, 'host.addresses') ?? [], ({ address }) => address)
      const file = files.get(pnn)
      if (!known || !file) return []
      if (known.some(({ interfaces }) => interfaces === undefined)) view.miss(pnn, 'interfaces of addresses')
      return known.flatMap(({ address, interfaces }): Found[] => {
        const line = file.get(address)
        if (!line) return []
        const [inKernel] = held.get(address) ?? []
        const byDaemon = interfacesDiffer(pnn, line, interfaces)
        const byKernel = inKernel ? maskDiffers(pnn, line, inKernel, maskOfOtherFiles(files, pnn, address)) : []
        const evidence = [...byDaemon, ...byKernel]
        if (evidence.length === 0) return []
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn}: the line of ${address} in public_addresses was changed, but \`ctdb reloadips\` will not apply the change`,
            evidence,
            claims: [byDaemon.length > 0 ? staysUntil({ on: 'start', pnn }, IGNORED) : lastsInKernel(pnn, address)],
            actions: actionsFor(view, pnn, address),
          },
        ]
      })
    })
  },
}

const IGNORED = '`ctdb reloadips` ignores it'

/** The daemon does not tell its mask, so that once the address is away the kernel does not show any more that the file has another one. */
const lastsInKernel = (pnn: Pnn, address: string): Claim =>
  staysUntilFirst(
    [
      { on: 'start', pnn },
      { on: 'release', pnn, addresses: [address] },
    ],
    `${IGNORED}, and only the kernel shows which mask the daemon uses`,
  )

/** With a file that ctdbd rejects, a restart would leave the node without a daemon. */
function actionsFor(view: View, pnn: Pnn, address: string): Action[] {
  const fatal = fatalFile(view, pnn)
  if (!fatal) return [mend({ what: 'file', pnn, address }, check.remedy)]
  const how = `Do not restart ctdbd there before its ${fatal.file} is corrected, with which it would end at once: ${fatal.why}.`
  return [mend({ what: 'file', pnn, address }, how)]
}

function interfacesDiffer(pnn: Pnn, line: ConfiguredAddress, known: readonly string[] | undefined): string[] {
  if (!known || sameMembers(known, line.interfaces)) return []
  return [fileHas(pnn, `on ${listed(line.interfaces)}`), said(pnn, `on ${listed(known)}`)]
}

/** Empty unless all other files agree with the kernel: otherwise the kernel may be wrong. */
function maskDiffers(
  pnn: Pnn,
  line: ConfiguredAddress,
  held: HostAddress,
  [others, ...disagreeing]: ReturnType<typeof maskOfOtherFiles>,
): string[] {
  if (held.maskBits === line.maskBits || others?.bits !== held.maskBits || disagreeing.length > 0) return []
  return [
    fileHas(pnn, `/${line.maskBits}`),
    kernelHas(pnn, `/${held.maskBits}`),
    `files on nodes ${listed(others.pnns.map(String))}: /${others.bits}`,
  ]
}
