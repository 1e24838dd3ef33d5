import type { Plan } from '../../../lib/takeover/plan.ts'
import { CHANGE_SIGNS, changesAnything, countText, planSummary } from '../../plan-words.ts'
import { actionText } from '../edits.ts'
import type { Line } from '../line.ts'
import type { ClusterAction, Planned } from '../model.ts'
import { remembering } from '../remembering.ts'
import { ownerText } from '../words.ts'
import { EMPTY, paragraph, titleOf } from './text-block.ts'

/** What is to be done, as a question: `Disable node 1?`. */
export function actionQuestion(action: ClusterAction): string {
  const text = actionText(action)
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}?`
}

/** What would follow from an action, by the planner's word. It is asked for with every key, and can be thousands of lines. */
export const plannedLines = remembering((planned: Planned, columns: number): Line[] => {
  if (planned.state === 'working') return paragraph('Working out what would happen …', columns)
  if (planned.state === 'failed')
    return paragraph(`What would happen cannot be told: ${planned.why}`, columns, { mood: 'warning' })
  return planLines(planned.plan, columns)
})

function planLines(plan: Plan, columns: number): Line[] {
  const moves = plan.addresses.filter(({ change }) => change !== 'kept')
  const counts = plan.counts.map(({ pnn, before, after }) => `node ${pnn}: ${before} → ${countText({ before, after })}`)
  return [
    ...plan.failures.flatMap((failure) => paragraph(failure, columns, { first: '✗ The run would fail: ', mood: 'error' })),
    ...(changesAnything(plan) ? [] : paragraph('No address would move.', columns)),
    ...moves.flatMap(({ change, address, from, to, reason }) =>
      paragraph(`${address} ${ownerText(from)} → ${ownerText(to)}: ${reason}`, columns, { first: `${CHANGE_SIGNS[change]} ` }),
    ),
    EMPTY,
    titleOf('Addresses of each node'),
    ...paragraph(counts.join(' · '), columns),
    ...plan.notes.flatMap((note) => paragraph(note, columns, { first: 'Note: ' })),
    ...paragraph(planSummary(plan), columns, {}),
  ]
}
