import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { RunState } from '../../cluster/run-state.ts'
import { cause, failingScript } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { said } from '../facts.ts'
import { type Inactive, inactivityOf } from '../lasting.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { look, mend } from '../remedy.ts'
import { recoveryNeeds, rejoinS } from '../timing.ts'
import type { View } from '../view.ts'

/** For a daemon that runs, while the others do not see it. */
const MEND_NETWORK = mend(
  { what: 'network' },
  'The other nodes do not see it: check the private network between them and that node (TCP port 4379).',
)

export const check: Check = {
  id: 'node-not-running',
  order: 330,
  severity: 'warning',
  title: 'A daemon is not in run state RUNNING',
  seenBy: ['C'],
  moves: true,
  causes: [cause('recovery-stuck'), cause('recovery-repeated'), failingScript('startup')],
  meaning: 'The daemon is starting or shutting down. Until its run state is RUNNING, the node hosts no addresses.',
  outlook:
    'FIRST_RECOVERY ends with the first recovery. STARTUP ends when the startup event succeeds; CTDB retries it again and again.',
  remedy: 'If it persists: check `ctdb event status legacy startup` on that node, and its log.',
  falseAlarm: 'For about ten seconds after ctdbd was started.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const runState = view.need(pnn, 'runState')
      const times = view.peek(pnn, 'times')
      if (runState === undefined || runState === 'RUNNING') return []
      return [
        {
          subject: { pnn },
          message: `node ${pnn} is in run state ${runState}`,
          evidence: [said(pnn, `run state ${runState}`)],
          ...(times && { since: times.daemonStart }),
          claims: claimsOn(view, pnn, runState),
          actions: [
            ...(hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED) ? [MEND_NETWORK] : []),
            ...(isStopped(view, pnn, runState)
              ? [{ kind: 'command' as const, command: 'ctdb continue', on: pnn, if: 'it need not stay stopped' }]
              : []),
            {
              ...look(
                runState === 'SHUTDOWN'
                  ? 'Check its log: an event script may keep it from ending.'
                  : 'Check `ctdb event status legacy startup` on that node, and its log.',
              ),
              if: 'it persists',
            },
          ],
        },
      ]
    })
  },
}

const isStopped = (view: View, pnn: Pnn, runState: RunState): boolean =>
  runState !== 'SHUTDOWN' && inactivityOf(view, pnn)?.how === 'stopped'

function claimsOn(view: View, pnn: Pnn, runState: RunState): Claim[] {
  if (runState === 'SHUTDOWN') return [{ kind: 'daemon-ends', pnns: [pnn], withinS: rejoinS(view) }]
  const inactive = inactivityOf(view, pnn)
  if (inactive) return [staysUntil(inactive.until, whyWaiting(inactive, runState))]
  return [
    {
      kind: 'running',
      pnn,
      if: ['script succeeds', ...recoveryNeeds(view)],
      withinS: rejoinS(view),
      because:
        'FIRST_RECOVERY ends with the first recovery, STARTUP when the startup event succeeds, which CTDB retries again and again',
    },
  ]
}

/** As seen on 4.17: a node may be started as a stopped one (`[legacy] start as stopped`), or be stopped or banned while it starts. */
const whyWaiting = ({ how }: Inactive, runState: RunState): string =>
  runState === 'STARTUP'
    ? `CTDB does not run the startup event on a ${how} node`
    : `a ${how} node takes no part in recoveries, and FIRST_RECOVERY ends with the first one`
