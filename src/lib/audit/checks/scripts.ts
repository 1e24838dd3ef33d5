import type { ScriptRun } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, said } from '../facts.ts'

/** Results of a script, besides its exit status: negative errno of Linux. */
const DISABLED = -8
const TIMED_OUT = -62

/** A script that was not run, as it is disabled, has not failed. */
const hasFailed = ({ result }: ScriptRun): boolean => result !== 0 && result !== DISABLED

const resultText = (result: number): string => {
  if (result === TIMED_OUT) return 'timed out'
  return result > 0 ? `ended with status ${result}` : `could not be run (errno ${-result})`
}

/** The last monitor event's failing script, in words; undefined where there is none. */
export const failingMonitor = (events: readonly { event: string; scripts: readonly ScriptRun[] }[]): ScriptRun | undefined =>
  events.find(({ event }) => event === 'monitor')?.scripts.find(hasFailed)

/** `10.interface timed out`. */
export const scriptText = ({ name, result }: ScriptRun): string => `${name} ${resultText(result)}`

export const scriptNotEnabled: Check = {
  id: 'script-not-enabled',
  severity: 'error',
  title: '10.interface is not enabled where there are public addresses',
  seenBy: ['X', 'C'],
  moves: false,
  meaning:
    'The event script 10.interface is what adds addresses to the kernel, removes them, and watches the links. Without it the daemons move addresses among themselves, and no kernel ever has one.',
  outlook: 'The recovery daemon sees that its addresses are missing and asks for takeover runs again and again; none helps.',
  remedy: 'Run `ctdb event script enable legacy 10.interface` on that node.',
  falseAlarm: 'Where a script of your own does its work.',
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
        },
      ]
    })
  },
}

export const scriptFailing: Check = {
  id: 'script-failing',
  severity: 'error',
  title: 'A script of an event failed when that was last run',
  seenBy: ['E'],
  moves: false,
  meaning:
    'A failing monitor event makes the node unhealthy, and its addresses go elsewhere. A failing takeip, releaseip or ipreallocated event makes the takeover run fail, and earns the node banning credits.',
  outlook:
    'A monitor event is run again every MonitorInterval (15 s); when it succeeds the node is healthy again. A takeover run that failed is tried again, until the node has enough credits to be banned.',
  remedy:
    "Mend what the script complains about; `ctdb event status legacy EVENT` shows its whole output, the node's log the rest.",
  falseAlarm:
    'The event daemon remembers the last run of each event, however long ago: a takeip that failed last week is still shown.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) =>
      (view.need(pnn, 'host.events') ?? []).flatMap(({ event, scripts }) =>
        scripts.filter(hasFailed).map((script): Found => {
          const lines = script.output.split('\n').filter((line) => line.trim() !== '')
          return {
            subject: { pnn, detail: `${event} ${script.name}` },
            since: script.begin,
            message: `node ${pnn}: event ${event} failed: ${scriptText(script)}`,
            evidence: [
              `event daemon of node ${pnn}: ${event}: ${scriptText(script)}`,
              ...lines.slice(0, 3).map((line) => `output of ${script.name}: ${line.slice(0, 300)}`),
            ],
          }
        }),
      ),
    )
  },
}
