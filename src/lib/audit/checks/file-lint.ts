import { type AddressFileReading, type LineFault, type LineJudgement, readPublicAddresses } from '../../cluster/address-files.ts'
import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { onceFor } from '../../once-for.ts'
import { oneOr } from '../../plural.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, fileHas, rejectsItsFile } from '../facts.ts'
import type { Severity } from '../finding.ts'
import { hasBug } from '../known-bugs/bug.ts'
import { knownBug } from '../known-bugs/table.ts'
import { testsWithBind } from '../nonlocal.ts'
import { normalAddress } from '../normal.ts'
import { type Claim, stays, staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { runsInVain } from '../self-repair.ts'
import { isLinkLocal, whyUnreachable } from '../unreachable.ts'
import type { View } from '../view.ts'

/** From worst to least. */
const JUDGEMENTS = [
  { judgement: 'rejected', severity: 'error', verdict: 'ctdbd rejects the whole file' },
  { judgement: 'wrong', severity: 'warning', verdict: 'ctdbd accepts the line, but it cannot work as written' },
  { judgement: 'careless', severity: 'warning', verdict: 'the event scripts misread it' },
] as const satisfies readonly { judgement: LineJudgement; severity: Severity; verdict: string }[]

export const check: Check = {
  id: 'file-lint',
  order: 200,
  severity: 'error',
  title: 'A line of the public addresses file is faulty',
  seenBy: ['F'],
  moves: false,
  meaning:
    'If a line has no address, mask or interface, or repeats an earlier address, ctdbd rejects the whole file: `ctdb reloadips` fails, and ctdbd exits when it is started. Other faulty lines have another effect than intended, or the daemon understands them, but the event scripts, which read the file themselves, do not.',
  outlook: 'Nothing until the file is read again: by `ctdb reloadips`, or when ctdbd is started.',
  remedy: 'Correct the line: `ADDRESS/MASK INTERFACE[,INTERFACE]`, with no blanks before it and a newline at its end.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const faults: Fault[] = [...(addressFile(view, pnn)?.faults ?? []), ...commentFaults(view, pnn), ...unreachable(view, pnn)]
      const lines = [...Map.groupBy(faults, ({ line }) => line).values()]
      // A file from Windows has the same fault in all its lines.
      const alike = Map.groupBy(lines, (list) => list.map(({ judgement, reason }) => `${judgement}: ${reason}`).join('; '))
      return [...alike.values()].map((group) => foundOf(view, pnn, group))
    })
  },
}

interface Fault extends LineFault {
  /** The address, if each node that is given it is banned. */
  readonly bannedFor?: string
}

/** How many lines are shown of a fault that several have. */
const MAX_LINES = 8

/** @param lines the faults of each line: all have the same. */
function foundOf(view: View, pnn: Pnn, lines: readonly (readonly Fault[])[]): Found {
  const faults = lines.flat()
  const worst = JUDGEMENTS.find(({ judgement }) => faults.some((each) => each.judgement === judgement))
  const numbers = lines.flatMap(([first]) => (first ? [String(first.line)] : []))
  const which = `${oneOr(numbers.length, 'line', 'lines')} ${listed(numbers, 4)}`
  return {
    subject: { pnn, detail: `${which}: ${worst?.judgement}` },
    severity: worst?.severity ?? 'error',
    message: `node ${pnn}: ${which} of public_addresses ${oneOr(numbers.length, 'is', 'are')} faulty: ${worst?.verdict}`,
    evidence: faults.slice(0, MAX_LINES).map(({ line, reason }) => fileHas(pnn, `public_addresses, line ${line}: ${reason}`)),
    claims: claimsOn(view, pnn, worst?.judgement),
    actions: [mend({ what: 'file', pnn }, check.remedy)],
    ...banning(view, pnn, faults),
  }
}

/** What differs if each node that is given one of the addresses is banned. */
function banning(view: View, pnn: Pnn, faults: readonly Fault[]): Partial<Found> {
  const addresses = faults.flatMap(({ bannedFor }) => (bannedFor === undefined ? [] : [bannedFor]))
  if (addresses.length === 0) return {}
  const known = view.peek(pnn, 'known')?.filter(({ address }) => addresses.includes(address)) ?? []
  const because = 'CTDB never finds the address in the kernel, and cannot add it a second time'
  return {
    severity: 'error',
    addresses,
    ...(known.length > 0 && {
      claims: known.map(({ address }) => runsInVain(view, pnn, because, { after: { on: 'takes', pnn, address } })),
    }),
    actions: [
      mend(
        { what: 'file', pnn },
        'Take the address out of the file on all nodes, and run `ctdb reloadips all` as soon as a node is not banned.',
      ),
    ],
  }
}

function claimsOn(view: View, pnn: Pnn, judgement: LineJudgement | undefined): Claim[] {
  if (judgement === 'careless') return [stays('the event scripts read the file themselves, at each event')]
  return judgement === 'rejected' && view.isDaemonDead(pnn) ? rejectsItsFile(pnn) : [staysUntil({ on: 'reload', pnn })]
}

/** The lines of addresses at which nobody can reach a host. */
function unreachable(view: View, pnn: Pnn): Fault[] {
  const reading = addressFile(view, pnn)
  const bad = reading ? unreachableIn(reading) : []
  const texts = bad.length === 0 ? [] : (view.peek(pnn, 'host.publicAddressesFile') ?? '').split('\n')
  const addresses = texts.map((text) => readPublicAddresses(text).addresses.map((line) => normalAddress(line.address))[0])
  return bad.map(({ address, why }): Fault => {
    const bans = isLinkLocal(address) && testsWithBind(view.peek(pnn, 'host.version') ?? '') === true
    return {
      line: addresses.indexOf(address) + 1,
      judgement: 'wrong',
      reason: `${address} is ${why}${bans ? ', which this version never finds in the kernel' : ''}`,
      ...(bans && { bannedFor: address }),
    }
  })
}

/** Cached: nodes with the same file have the same reading of it. */
const unreachableIn = onceFor(({ addresses }: AddressFileReading) =>
  addresses.flatMap(({ address }) => {
    const why = whyUnreachable(address)
    return why === undefined ? [] : [{ address, why }]
  }),
)

/** Up to 4.15 the scripts take what follows the first word of any line for interfaces, comments included (bug 14826). */
function commentFaults(view: View, pnn: Pnn): LineFault[] {
  const text = view.peek(pnn, 'host.publicAddressesFile')
  const version = view.peek(pnn, 'host.version')
  if (!text || version === undefined || !hasBug(version, knownBug(14826))) return []
  return text.split('\n').flatMap((content, index): LineFault[] => {
    if (!/^[ \t]*#[^ \t]*[ \t]+[^ \t]/.test(content)) return []
    const reason = `the event scripts of CTDB ${version} take the words of a comment for interfaces (bug 14826)`
    return [{ line: index + 1, judgement: 'careless', reason }]
  })
}
