import type { Lab } from '../harness/lab.ts'
import { untilHealthy, untilSettled } from '../harness/view.ts'
import { type Shown, shown } from '../side-by-side/compare.ts'
import type { Story } from './story.ts'

/** The output of a step, and what `ctdb` then printed about the cluster. */
export interface StepResult {
  readonly run: Shown
  readonly looks: readonly Shown[]
}

/** Runs a story with one of the tools, from a healthy cluster to a healthy cluster. */
export async function runStory(lab: Lab, story: Story, tool: 'ctdb' | 'ctdbts'): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const { on = 0, argv, prepare, settled, look = [] } of story.steps) {
    await prepare?.(lab)
    let run: Shown
    do run = withoutRetries(shown(await lab[tool](on, ...argv)))
    while (run.stdout === CANCELLED)
    if (settled) await untilSettled(lab, settled)
    results.push({
      run: sorted(argv, { ...run, stdout: run.stdout.replace(BACKUP_TIME, '@ TIME') }),
      looks: await Promise.all(look.map(async (question) => sorted(question, shown(await lab.ctdb(0, ...question))))),
    })
  }
  await untilHealthy(lab)
  return results
}

/** The nodes send their records at the same time, so their order is not twice the same. */
const sorted = (argv: readonly string[], run: Shown): Shown =>
  argv.includes('catdb') ? { ...run, stdout: run.stdout.split('\n\n').toSorted().join('\n\n') } : run

/** When a backup was made, in the first line about it. */
const BACKUP_TIME = /@ \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/m

/** Both tools print this when another event, which the daemon can start at any time, has cancelled the monitor event that they run. */
const CANCELLED = 'Event monitor in legacy got cancelled\n'

/** Both tools print this and retry while the leader performs a takeover run, which it can start at any time. */
const BUSY_LEADER = 'Failed to disable takeover runs\n'

export const withoutRetries = (run: Shown): Shown =>
  run.status === 0 ? { ...run, stderr: run.stderr.replaceAll(BUSY_LEADER, '') } : run
