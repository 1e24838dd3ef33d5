import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas, knownBy, said } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { localFindings } from '../kernel-addresses.ts'
import { look } from '../remedy.ts'
import { selfRepair } from '../self-repair.ts'

export const check: Check = {
  id: 'ip-missing',
  order: 10,
  severity: 'error',
  title: 'A node claims an address that its kernel does not have',
  seenBy: ['C', 'K'],
  moves: true,
  causes: [
    cause('ip-duplicate-claim', 'address'),
    cause('ip-of-service', 'address'),
    cause('iface-absent', 'node', 'address'),
    cause('script-not-enabled', 'node'),
    cause('nonlocal-bind', 'node'),
    cause('node-not-running', 'node'),
    cause('node-banned', 'node'),
  ],
  meaning:
    'The node says that it owns a public address and all other nodes believe it, but no kernel has the address, so clients cannot reach it. Someone removed it by hand, another program manages the interface, or taking it over failed silently.',
  outlook:
    "The node's recovery daemon compares its addresses with the kernel about once a second and asks the leader for a takeover run, which puts the address back.",
  remedy:
    'If it persists: check `ctdb event status legacy takeip` and the log on that node, and look for other programs that manage its interfaces; then run `ctdbts ipreallocate`.',
  falseAlarm: 'While the address is being moved; another sample shows whether it persists.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) =>
      localFindings(view, publics, pnn).flatMap((finding): Found[] => {
        if (finding.kind !== 'missing') return []
        const { address } = finding
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} claims ${address}, but its kernel does not have it`,
            evidence: [said(pnn, 'says that it owns it'), kernelHas(pnn, 'does not have it on any interface')],
            claims: selfRepair(view, [pnn], address),
            actions: [
              {
                ...look(
                  'Check `ctdb event status legacy takeip` and the log on that node, and look for other programs that manage its interfaces.',
                ),
                if: 'it persists',
              },
              takeoverRun(view, { if: 'it persists' }),
            ],
          },
        ]
      }),
    )
  },
}
