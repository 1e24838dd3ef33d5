import type { ViewLimit } from '../lib/cluster/point-of-view.ts'

/** Says below a table what the daemon that was asked cannot know; empty if it knows all. Ends with a newline. */
export function viewLimitNote(limit: ViewLimit): string {
  switch (limit) {
    case 'alone':
      return 'Note: the node that was asked sees no other node: it is cut off or has just started, or they are all down.\n'
    case 'starting':
      return 'Note: the node that was asked has just started, and has not heard from all other nodes yet.\n'
    default:
      return ''
  }
}
