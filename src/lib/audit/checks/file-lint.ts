import type { LineFault, LineJudgement } from '../../cluster/address-files.ts'
import type { Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, fileHas, rejectsItsFile } from '../facts.ts'
import type { Severity } from '../finding.ts'
import { hasBug } from '../known-bugs/bug.ts'
import { knownBug } from '../known-bugs/table.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
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
    'If a line has no address, mask or interface, or repeats an earlier address, ctdbd rejects the whole file: `ctdb reloadips` fails, and a ctdbd that is started ends at once. Other faulty lines are read, but not as they are meant; or the daemon understands them, but the event scripts, which read the file themselves, do not.',
  outlook: 'Nothing until the file is read again: by `ctdb reloadips`, or when ctdbd is started.',
  remedy: 'Correct the line: `ADDRESS/MASK INTERFACE[,INTERFACE]`, with no blanks before it and a newline at its end.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const faults = [...(addressFile(view, pnn)?.faults ?? []), ...commentFaults(view, pnn)]
      const byLine = Map.groupBy(faults, ({ line }) => line)
      return [...byLine].map(([line, faults]): Found => {
        const worst = JUDGEMENTS.find(({ judgement }) => faults.some((each) => each.judgement === judgement))
        return {
          subject: { pnn, detail: `line ${line}: ${worst?.judgement}` },
          severity: worst?.severity ?? 'error',
          message: `node ${pnn}: line ${line} of public_addresses is faulty: ${worst?.verdict}`,
          evidence: faults.map(({ reason }) => fileHas(pnn, `public_addresses, line ${line}: ${reason}`)),
          claims:
            worst?.judgement === 'rejected' && view.isDaemonDead(pnn) ? rejectsItsFile(pnn) : [staysUntil({ on: 'reload', pnn })],
          actions: [mend({ what: 'file', pnn }, check.remedy)],
        }
      })
    })
  },
}

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
