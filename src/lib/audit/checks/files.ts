import type { ConfiguredAddress, LineJudgement } from '../../cluster/address-files.ts'
import type { Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, byValue, fileHas, kernelHas, listed, nodesText, onlyIn, said, sameMembers } from '../facts.ts'
import type { Severity } from '../finding.ts'
import { fileLines, maskOfOtherFiles } from './masks.ts'

// The public addresses files.

export const fileNotLoaded: Check = {
  id: 'file-not-loaded',
  severity: 'warning',
  title: 'The public addresses file differs from what the daemon knows',
  seenBy: ['F', 'C'],
  moves: false,
  meaning:
    'The file was edited and not loaded, loading it failed, or somebody used `ctdb addip` or `ctdb delip`, which change only the running daemon. When ctdbd is started again the file counts.',
  outlook: 'Nothing: the file is read at the start and on `ctdb reloadips` only.',
  remedy: 'If the file is right, run `ctdb reloadips`; if the daemon is right, correct the file.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      // A dead daemon knows nothing; its file is what counts when it starts.
      if (view.isDaemonDead(pnn)) return []
      const known = view.need(pnn, 'known')?.map(({ address }) => address)
      const lines = addressFile(view, pnn)?.addresses.map(({ address }) => address)
      if (!known || !lines) return []
      const onlyInFile = onlyIn(lines, known)
      const onlyInDaemon = onlyIn(known, lines)
      if (onlyInFile.length + onlyInDaemon.length === 0) return []
      const parts = [
        ...(onlyInFile.length > 0 ? [`the daemon does not know ${listed(onlyInFile, 3)}`] : []),
        ...(onlyInDaemon.length > 0 ? [`the file does not list ${listed(onlyInDaemon, 3)}`] : []),
      ]
      return [
        {
          subject: { pnn },
          addresses: [...onlyInFile, ...onlyInDaemon],
          message: `node ${pnn}: file and daemon differ in their public addresses: ${parts.join('; ')}`,
          evidence: [
            fileHas(pnn, `public_addresses lists ${lines.length}${onlyHere(onlyInFile)}`),
            said(pnn, `knows ${known.length}${onlyHere(onlyInDaemon)}`),
          ],
        },
      ]
    })
  },
}

const onlyHere = (addresses: readonly string[]): string =>
  addresses.length > 0 ? `, of them only here ${listed(addresses)}` : ''

export const fileMaskIfaceChange: Check = {
  id: 'file-mask-iface-change',
  severity: 'warning',
  title: 'The file has another mask or other interfaces than the daemon',
  seenBy: ['F', 'C', 'K'],
  moves: false,
  meaning:
    "The line of an address was edited, and only its mask or interfaces. `ctdb reloadips` compares addresses alone and ignores that without a word. The daemon's interfaces can be asked for; its mask cannot: that the file was edited is concluded from the kernel and the other nodes' files, which agree.",
  outlook: 'Nothing, also on `ctdb reloadips`. When ctdbd is started again the file counts.',
  remedy: 'Run `ctdb delip` and `ctdb addip` for the address on that node, or restart ctdbd there.',
  find(view) {
    const files = fileLines(view)
    return view.nodes.flatMap(({ pnn }) => {
      const known = view.need(pnn, 'known')
      const held = view.need(pnn, 'host.addresses')
      const file = files.get(pnn)
      if (!known || !file) return []
      if (known.some(({ interfaces }) => interfaces === undefined)) view.miss(pnn, 'interfaces of addresses')
      return known.flatMap(({ address, interfaces }): Found[] => {
        const line = file.get(address)
        if (!line) return []
        const inKernel = held?.find((candidate) => candidate.address === address)
        const evidence = [
          ...interfacesDiffer(pnn, line, interfaces),
          ...(inKernel ? maskDiffers(pnn, line, inKernel, maskOfOtherFiles(files, pnn, address)) : []),
        ]
        if (evidence.length === 0) return []
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn}: the line of ${address} in public_addresses was changed, and \`ctdb reloadips\` will not apply it`,
            evidence,
          },
        ]
      })
    })
  },
}

function interfacesDiffer(pnn: Pnn, line: ConfiguredAddress, known: readonly string[] | undefined): string[] {
  if (!known || sameMembers(known, line.interfaces)) return []
  return [fileHas(pnn, `on ${listed(line.interfaces)}`), said(pnn, `on ${listed(known)}`)]
}

/** Only when all other files agree with the kernel was this file edited; otherwise it may be the kernel that is wrong. */
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

export const fileLint: Check = {
  id: 'file-lint',
  severity: 'error',
  title: 'A line of the public addresses file is bad',
  seenBy: ['F'],
  moves: false,
  meaning:
    'For a line without address, mask or interface, or with an address that was there before, ctdbd rejects the whole file: `ctdb reloadips` fails, and a ctdbd that is started ends at once. Other lines are read, but not as they are meant; or the daemon understands them and the event scripts, which read the file by themselves, do not.',
  outlook: 'Nothing, until the file is read again: by `ctdb reloadips`, or when ctdbd is started.',
  remedy: 'Correct the line: `ADDRESS/MASK INTERFACE[,INTERFACE]`, no blanks before it, and a newline at its end.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const byLine = Map.groupBy(addressFile(view, pnn)?.faults ?? [], ({ line }) => line)
      return [...byLine].map(([line, faults]): Found => {
        const worst = JUDGEMENTS.find(({ judgement }) => faults.some((each) => each.judgement === judgement))
        return {
          subject: { pnn, detail: `line ${line}: ${worst?.judgement}` },
          severity: worst?.severity ?? 'error',
          message: `node ${pnn}: line ${line} of public_addresses is bad: ${worst?.verdict}`,
          evidence: faults.map(({ reason }) => fileHas(pnn, `public_addresses, line ${line}: ${reason}`)),
        }
      })
    })
  },
}

/** From worst to least. */
const JUDGEMENTS = [
  { judgement: 'rejected', severity: 'error', verdict: 'ctdbd rejects the whole file' },
  { judgement: 'wrong', severity: 'warning', verdict: 'ctdbd takes the line, but it cannot work as written' },
  { judgement: 'careless', severity: 'warning', verdict: 'the event scripts misread it' },
] as const satisfies readonly { judgement: LineJudgement; severity: Severity; verdict: string }[]

export const fileCrossNode: Check = {
  id: 'file-cross-node',
  severity: 'warning',
  title: 'The files of two nodes give an address another mask or other interfaces',
  seenBy: ['F'],
  moves: false,
  meaning:
    'An address gets another prefix length, or comes onto another interface, depending on which node hosts it. Different masks are a mistake (warning); different names of interfaces may be right, where the nodes are built differently (info).',
  outlook: 'Nothing: each node reads its own file.',
  remedy:
    'Make the files agree; then, as `ctdb reloadips` ignores it, `ctdb delip` and `ctdb addip` on the nodes that change, or restart ctdbd there.',
  falseAlarm: 'Interfaces that are named differently on nodes of different make.',
  find(view) {
    const lines = view.nodes.flatMap(({ pnn }) => (addressFile(view, pnn)?.addresses ?? []).map((line) => ({ pnn, ...line })))
    const byAddress = Map.groupBy(lines, ({ address }) => address)
    return [...byAddress].flatMap(([address, group]): Found[] => {
      const masks = byValue(group.map(({ pnn, maskBits }) => [pnn, `/${maskBits}`] as const))
      const interfaces = byValue(group.map(({ pnn, interfaces: names }) => [pnn, names.toSorted().join(',')] as const))
      const differing = [...(masks.length > 1 ? masks : []), ...(interfaces.length > 1 ? interfaces : [])]
      if (differing.length === 0) return []
      return [
        {
          subject: { address },
          nodes: differing.slice(1).flatMap(({ pnns }) => pnns),
          severity: masks.length > 1 ? 'warning' : 'info',
          message: `the public addresses files differ in the ${masks.length > 1 ? 'mask' : 'interfaces'} of ${address}`,
          evidence: differing.map(({ value, pnns }) => `file on ${nodesText(pnns)}: ${value}`),
        },
      ]
    })
  },
}
