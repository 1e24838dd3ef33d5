import type { Plan } from '../../../../lib/takeover/plan.ts'
import { CHANGE_SIGNS, changesAnything, countText, planSummary } from '../../../plan-words.ts'
import { memoizeLast } from '../../model/memoize.ts'
import type { ClusterAction, Planned } from '../../model/model.ts'
import { actionLabel } from '../../update/cluster-action.ts'
import type { Line } from '../line.ts'
import { ownerText } from '../state-words.ts'
import { EMPTY, headingLine, paragraph } from './text-block.ts'

/** An action as a question: `Disable node 1?`. */
export const actionQuestion = (action: ClusterAction): string => `${actionLabel(action)}?`

/** The plan of an action. Memoized, as it is needed for every key and can have thousands of lines. */
export const plannedLines = memoizeLast((planned: Planned, columns: number): Line[] => {
  if (planned.state === 'working') return paragraph('Planning the takeover run …', columns)
  if (planned.state === 'failed') return paragraph(`Cannot plan the takeover run: ${planned.why}`, columns, { style: 'warning' })
  return planLines(planned.plan, columns)
})

function planLines(plan: Plan, columns: number): Line[] {
  const moves = plan.addresses.filter(({ change }) => change !== 'kept')
  const counts = plan.counts.map(({ pnn, before, after }) => `node ${pnn}: ${before} → ${countText({ before, after })}`)
  return [
    ...plan.failures.flatMap((failure) =>
      paragraph(failure, columns, { first: '✗ The takeover run would fail: ', style: 'error' }),
    ),
    ...(changesAnything(plan) ? [] : paragraph('No address would move.', columns)),
    ...moves.flatMap(({ change, address, from, to, reason }) =>
      paragraph(`${address} ${ownerText(from)} → ${ownerText(to)}: ${reason}`, columns, { first: `${CHANGE_SIGNS[change]} ` }),
    ),
    EMPTY,
    headingLine('Addresses per node'),
    ...paragraph(counts.join(' · '), columns),
    ...plan.notes.flatMap((note) => paragraph(note, columns, { first: 'Note: ' })),
    ...paragraph(planSummary(plan), columns, {}),
  ]
}
