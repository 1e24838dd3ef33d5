import type { Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, said } from '../facts.ts'
import { type Claim, staysUntil, type Trigger } from '../outlook.ts'
import { runsInVain } from '../self-repair.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'script-not-enabled',
  order: 240,
  severity: 'error',
  title: '10.interface is not enabled on a node with public addresses',
  seenBy: ['X', 'C'],
  moves: false,
  meaning:
    'The event script 10.interface adds addresses to the kernel, removes them, and watches the links. Without it the daemons move addresses among themselves, but no kernel ever has one.',
  outlook:
    'Nothing as long as no address moves to or from the node. After that, the recovery daemon finds its addresses missing, or a release fails, and CTDB makes takeover runs again and again; none of them helps.',
  remedy: 'Run `ctdb event script enable legacy 10.interface` on that node.',
  falseAlarm: 'If a script of your own does the same work.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const addresses = view.peek(pnn, 'known') ?? addressFile(view, pnn)?.addresses
      if (!addresses || addresses.length === 0) return []
      const enabled = view.need(pnn, 'host.enabledScripts')
      if (!enabled || enabled.some((name) => name.replace(/\.script$/, '') === '10.interface')) return []
      return [
        {
          subject: { pnn },
          message: `10.interface is not enabled on node ${pnn}, which has public addresses`,
          evidence: [
            said(pnn, `has ${addresses.length} public addresses`),
            `event scripts enabled on node ${pnn}: ${enabled.length === 0 ? 'none' : enabled.join(', ')}`,
          ],
          claims: claimsOn(view, pnn),
          actions: [{ kind: 'command', command: 'ctdb event script enable legacy 10.interface', on: pnn }],
        },
      ]
    })
  },
}

/** What the kernel has already stays, as long as it need not move. */
function claimsOn(view: View, pnn: Pnn): Claim[] {
  const held = view.peek(pnn, 'host.addresses')
  const owned = view.peek(pnn, 'known')?.filter(({ owner }) => owner === pnn) ?? []
  const isMissing = owned.some(({ address }) => held?.every((each) => each.address !== address) === true)
  if (isMissing) {
    return [runsInVain(view, pnn, 'the recovery daemon sees that its addresses are missing', { fail: false })]
  }
  const after: Trigger = { on: 'other', text: 'an address moves there or away' }
  return [staysUntil(after), runsInVain(view, pnn, 'no script adds or removes an address', { fail: false, after })]
}
