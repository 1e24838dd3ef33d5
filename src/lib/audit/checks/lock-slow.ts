import type { MeasuredTimes } from '../../cluster/statistics.ts'
import type { Check, Found } from '../check.ts'
import { said } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

/** The default of RecLockLatencyMs. */
const DEFAULT_LIMIT_MS = 1_000

/** One attempt that was slow says nothing of the others. */
const ENOUGH = 3

export const check: Check = {
  id: 'lock-slow',
  order: 368,
  severity: 'warning',
  title: 'The cluster lock is slow',
  seenBy: ['C'],
  moves: false,
  meaning:
    'On average it took longer than RecLockLatencyMs (1 s) to take the cluster lock, or to test in a recovery that it is taken. The cluster waits for it in each election and in each recovery, while no database can be used.',
  outlook: 'Nothing: CTDB only logs each slow attempt.',
  remedy:
    'Check the load and the network of the file system or service that holds the cluster lock. `ctdb statisticsreset` resets the numbers.',
  falseAlarm: 'If the storage was slow earlier and is no longer: the numbers go back to the start of the daemon.',
  find: (view) =>
    view.active.flatMap(({ pnn }): Found[] => {
      const lock = view.need(pnn, 'clusterLock')
      if (lock === undefined || lock === '') return []
      const latency = view.want(pnn, 'lockLatency')
      if (!latency || Math.max(latency.take.count, latency.test.count) < ENOUGH) return []
      const limitMs = view.need(pnn, 'tunables')?.RecLockLatencyMs ?? DEFAULT_LIMIT_MS
      // As in CTDB, 0 is no limit.
      if (limitMs === 0) return []
      const isSlow = ({ count, mean }: MeasuredTimes) => count >= ENOUGH && mean * 1000 > limitMs
      const slow = [
        ...(isSlow(latency.take) ? [timesText('took it', latency.take)] : []),
        ...(isSlow(latency.test) ? [timesText('tested it', latency.test)] : []),
      ]
      if (slow.length === 0) return []
      return [
        {
          subject: { pnn },
          message: `the cluster lock is slow on node ${pnn}`,
          evidence: [...slow.map((text) => said(pnn, text)), said(pnn, `RecLockLatencyMs is ${limitMs}`)],
          claims: [stays('CTDB only logs each attempt that is slow')],
          actions: [mend({ what: 'cluster lock', pnn }, check.remedy)],
        },
      ]
    }),
}

const timesText = (what: string, { count, mean, max }: MeasuredTimes): string =>
  `${what} ${count} times, on average in ${mean.toFixed(1)} s, at worst in ${max.toFixed(1)} s`
