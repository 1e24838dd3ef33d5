import type { Edit } from '../../lib/takeover/what-if.ts'
import { toggled } from './edits.ts'
import type { Model } from './model.ts'
import { TO_ASK } from './questions.ts'
import { withNotice } from './result.ts'

/** Imagines one thing more, or no more. What the planner said before stands until it says something new. */
export function imagineAlso(model: Model, edit: Edit): Model {
  const { preview, ...others } = model
  const edits = toggled(preview?.edits ?? [], edit)
  if (edits.length === 0) return others
  const planned = preview?.planned.state === 'done' ? preview.planned : TO_ASK.planned
  return { ...others, preview: { ...TO_ASK, edits, planned } }
}

/** Shows the cluster as it is. */
export function withoutPreview({ preview, ...model }: Model): Model {
  return preview ? model : withNotice(model, 'nothing is imagined')
}
