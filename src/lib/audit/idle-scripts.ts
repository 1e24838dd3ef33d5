import type { Pnn } from '../cluster/node.ts'
import type { View } from './view.ts'

/** Why 10.interface does nothing for the events of a node, so that nothing adds or removes addresses or looks at links. */
interface Idle {
  readonly because: string
  /** Whether takeover runs fail because of it. */
  readonly fail: boolean
  /** The check that reports it. */
  readonly id: string
}

/** Undefined if nothing is known that prevents it. */
export function whyInVain(view: View, pnn: Pnn): Idle | undefined {
  const enabled = view.peek(pnn, 'host.enabledScripts')
  if (enabled && !enabled.some((name) => name.replace(/\.script$/, '') === '10.interface')) {
    return { because: '10.interface is not enabled there', fail: false, id: 'script-not-enabled' }
  }
  if (view.peek(pnn, 'host.publicAddressesFile') === null) {
    return { because: '10.interface does nothing there without the public addresses file', fail: true, id: 'file-missing' }
  }
  return undefined
}
