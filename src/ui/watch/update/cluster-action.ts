import type { Edit } from '../../../lib/takeover/what-if.ts'
import type { ClusterAction } from '../model/model.ts'

/** An action in a few words, for a notice or the timeline: `disable node 1`, `takeover run`. */
export function actionText(action: ClusterAction): string {
  switch (action.kind) {
    case 'takeover-run':
      return 'takeover run'
    case 'disable':
    case 'enable':
      return `${action.kind} node ${action.pnn}`
    case 'move':
      return `move ${action.address} to node ${action.to}`
  }
}

/** An action as a command, for a menu: `Disable node 1`, `Start a takeover run`. */
export function actionLabel(action: ClusterAction): string {
  const text = action.kind === 'takeover-run' ? 'start a takeover run' : actionText(action)
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

/** The what-ifs that an action amounts to: their plan is the takeover run that follows the action. */
export function editsOfAction(action: ClusterAction): readonly Edit[] {
  switch (action.kind) {
    case 'takeover-run':
      return []
    case 'disable':
    case 'enable':
      return [{ kind: action.kind, pnn: action.pnn }]
    case 'move':
      return [{ kind: 'move', address: action.address, pnn: action.to }]
  }
}
