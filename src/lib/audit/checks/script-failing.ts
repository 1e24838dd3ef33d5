import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { ScriptRun } from '../../snapshot/host-facts.ts'
import { type Cause, cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, saysItOwns } from '../facts.ts'
import { inactivityOf } from '../lasting.ts'
import { normalAddress } from '../normal.ts'
import { type Claim, stays, staysUntil } from '../outlook.ts'
import { type Action, look, mend } from '../remedy.ts'
import { failureOf, hasFailed, hasTimedOut, outputLines, scriptText } from '../script-runs.ts'
import { rejoinS, tunableOf } from '../timing.ts'
import { isLinkLocal } from '../unreachable.ts'
import type { View } from '../view.ts'

/** What CTDB does about a failure of an event. */
function claimsOn(view: View, pnn: Pnn, event: string, script: ScriptRun): Claim[] {
  if (event === 'monitor') return claimsOnMonitor(view, pnn, script)
  if (event === 'startup') {
    const inactive = inactivityOf(view, pnn)
    if (inactive) return [staysUntil(inactive.until, `CTDB does not run the startup event on a ${inactive.how} node`)]
    const because =
      'CTDB repeats the startup event; until it succeeds the node stays in run state STARTUP, is not monitored, and hosts no addresses'
    return [{ kind: 'running', pnn, if: ['script succeeds'], withinS: rejoinS(view), because }]
  }
  if (RUN_EVENTS.includes(event)) {
    if (isPast(view, pnn, event, script)) return [{ kind: 'unknown', what: 'whether the event would fail again', because: PAST }]
    const bans = tunableOf(view, view.snapshot.leader.pnn, 'EnableBans') !== 0
    return [staysUntil({ on: 'run' }, bans ? BANNED_FOR_IT : REPEATED)]
  }
  return [stays('CTDB does not repeat this event because of the failure')]
}

/** CTDB monitors active nodes only, and does not count a timeout as a failure at once. */
function claimsOnMonitor(view: View, pnn: Pnn, script: ScriptRun): Claim[] {
  if (view.isDaemonDead(pnn)) return [staysUntil({ on: 'answers', pnn }, 'no daemon answers there, so the node is not monitored')]
  if (hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS)) {
    return [staysUntil({ on: 'other', text: 'the node is active again' }, 'CTDB does not monitor an inactive node')]
  }
  const repeated = 'CTDB runs the monitor event again every MonitorInterval'
  if (isTolerated(view, pnn, 'monitor', script)) {
    const count = tunableOf(view, pnn, 'MonitorTimeoutCount')
    const because = `${repeated}, and a node becomes unhealthy only when ${count} of them in a row have timed out (MonitorTimeoutCount)`
    return [{ kind: 'unknown', what: 'whether it times out again', because }]
  }
  const withinS = tunableOf(view, pnn, 'MonitorInterval') + tunableOf(view, pnn, 'EventScriptTimeout')
  return [{ kind: 'healthy', pnn, if: ['script succeeds'], withinS, because: repeated }]
}

/** Whether it is a monitor event that timed out, and the node is healthy all the same. */
const isTolerated = (view: View, pnn: Pnn, event: string, script: ScriptRun): boolean =>
  event === 'monitor' && hasTimedOut(script) && !hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.UNHEALTHY)

/**
 * Whether a takeover run that this node took part in has succeeded since a script failed in one: such a run ends with the event
 * ipreallocated. That of an inactive node proves nothing, as nothing is given to it.
 */
function isPast(view: View, pnn: Pnn, event: string, { end }: ScriptRun): boolean {
  if (!RUN_EVENTS.includes(event) || hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS)) return false
  const last = view.peek(pnn, 'host.events')?.find((run) => run.event === 'ipreallocated')?.scripts ?? []
  return last.length > 0 && last.every((script) => script.begin > end && !hasFailed(script))
}

const PAST = 'a takeover run has succeeded since, and did not need it'

const RUN_EVENTS: readonly string[] = ['takeip', 'releaseip', 'updateip', 'ipreallocated']
const BANNED_FOR_IT =
  'the takeover run that it belonged to failed, and the node got banning credits. The run is repeated until it succeeds, or until the node has enough of them to be banned'
const REPEATED = 'the takeover run that it belonged to failed. It is repeated until it succeeds, as EnableBans is 0'

/** What 10.interface prints of an address that CTDB up to 4.21 does not find in the kernel, and what file-lint says of it. */
const LINK_LOCAL_NOT_ADDED = /Failed to add fe[89ab]/i
const LINK_LOCAL = / is a link-local address/

/** What 10.interface prints of a word of its file that is no interface. */
const MISSING_INTERFACE = /interface .* does not exist/s
/** How `readPublicAddresses` and file-lint say that scripts take a word of a line for an interface. */
const MISREAD_BY_SCRIPTS = /the event scripts (of CTDB \S+ )?(read|take)/

const mendScript = (pnn: Pnn, event: string): Action =>
  mend(
    { what: 'script', pnn, event },
    `Fix what the script complains about. \`ctdb event status legacy ${event}\` shows its whole output.`,
  )

/** An address that another node has left in its kernel: IPv6 does not let a second one use it. */
function elsewhere(id: string): Cause {
  return { ...cause(id, 'address'), when: (effect, { subject }) => subject.pnn !== effect.subject.pnn }
}

export const check: Check = {
  id: 'script-failing',
  order: 250,
  severity: 'error',
  title: 'A script failed in the last run of an event',
  seenBy: ['E'],
  moves: false,
  causes: [
    cause('iface-absent', 'node'),
    cause('file-missing', 'node'),
    cause('ip-dad-failed', 'node', 'address'),
    elsewhere('ip-on-dead-daemon'),
    elsewhere('ip-on-inactive-node'),
    {
      ...cause('file-lint', 'node'),
      when: (effect, { evidence }) =>
        effect.evidence.some((line) => LINK_LOCAL_NOT_ADDED.test(line)) && evidence.some((line) => LINK_LOCAL.test(line)),
    },
    {
      ...cause('file-lint', 'node'),
      when: (effect, { evidence }) =>
        effect.evidence.some((line) => MISSING_INTERFACE.test(line)) && evidence.some((line) => MISREAD_BY_SCRIPTS.test(line)),
    },
  ],
  meaning:
    'A failing monitor event makes the node unhealthy, and its addresses move to other nodes. If the event only times out, this happens at the twentieth timeout in a row (MonitorTimeoutCount). A failing takeip, releaseip or ipreallocated event makes the takeover run fail and gives the node banning credits.',
  outlook:
    'CTDB runs the monitor event again every MonitorInterval (15 s); when it succeeds, the node is healthy again. A failed takeover run is retried until the node has enough credits to be banned.',
  remedy: 'Fix what the script complains about. `ctdb event status legacy EVENT` shows its whole output.',
  falseAlarm:
    'The event daemon remembers the last run of each event, however long ago it was: a takeip that failed last week is still shown, as a warning if a takeover run has succeeded since.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) =>
      (view.need(pnn, 'host.events') ?? []).flatMap(({ event, scripts }) =>
        scripts.filter(hasFailed).map((script): Found => {
          const evidence = [failureOf(pnn, event, script), ...outputLines(script)]
          return {
            subject: { pnn, detail: `${event} ${script.name}` },
            since: script.begin,
            message: `node ${pnn}: event ${event} failed: ${scriptText(script)}`,
            evidence,
            ...(isTolerated(view, pnn, event, script) || isPast(view, pnn, event, script) ? { severity: 'warning' } : {}),
            claims: claimsOn(view, pnn, event, script),
            actions: [mendScript(pnn, event)],
            ...leftElsewhere(view, pnn, event, script, evidence),
          }
        }),
      ),
    )
  },
}

/**
 * The IPv6 addresses that a script could not add, and the other nodes whose kernels have them without owning them. When duplicate address
 * detection fails, 10.interface waits 5 s, removes the address again and fails.
 */
function leftElsewhere(view: View, pnn: Pnn, event: string, { output }: ScriptRun, evidence: readonly string[]): Partial<Found> {
  const failed = [...output.matchAll(/^Failed to add ([^\s/:]*:[^\s/]*)\/\d+ on dev /gm)].map(([, address = '']) =>
    normalAddress(address),
  )
  if (failed.length === 0 || failed.every(isLinkLocal)) return {}
  const kernels = view.nodes.map((node) => ({ pnn: node.pnn, held: view.peek(node.pnn, 'host.addresses') }))
  const stuck = kernels.find((kernel) => kernel.pnn === pnn)?.held?.filter((own) => own.dadFailed && failed.includes(own.address))
  if (stuck && stuck.length > 0) {
    const addresses = [...new Set(stuck.map(({ address }) => address))]
    return {
      addresses,
      evidence: [...evidence, ...stuck.map((own) => kernelHas(pnn, `${heldText(own)}: dadfailed`))],
      actions: [look(`The kernel has ${listed(addresses)}, but cannot use it: see ip-dad-failed.`)],
    }
  }
  const holders = kernels
    .filter((kernel) => kernel.pnn !== pnn)
    .flatMap(({ pnn: other, held = [] }) =>
      held.filter(({ address }) => failed.includes(address)).map((each) => ({ pnn: other, held: each })),
    )
  const left = holders.filter((holder) => saysItOwns(view, holder.pnn, holder.held.address) !== true)
  if (left.length > 0) {
    const addresses = [...new Set(left.map(({ held }) => held.address))]
    return {
      addresses,
      evidence: [...evidence, ...left.map((holder) => kernelHas(holder.pnn, heldText(holder.held)))],
      actions: [look(`Another node still has ${listed(addresses)}, so that this one may not use it: see to that first.`)],
    }
  }
  if (holders.length > 0 || kernels.some(({ held }) => held === undefined)) return {}
  return {
    actions: [
      look(
        `No node of the cluster has ${listed([...new Set(failed)], 3)} now. If the script gives no other reason, another host on the network has it: find it, and make it give the address up.`,
      ),
      mendScript(pnn, event),
    ],
  }
}
