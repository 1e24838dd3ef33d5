import type { Lab } from '../harness/lab.ts'
import { untilHealthy, untilSettled } from '../harness/view.ts'
import { type Shown, shown } from '../side-by-side/compare.ts'
import type { Story } from './changes.ts'

/** What a step showed, and what `ctdb` then said of the cluster. */
export interface Told {
  readonly run: Shown
  readonly looks: readonly Shown[]
}

/** Lets one of the tools tell a story, from a healthy cluster to a healthy cluster. */
export async function tell(lab: Lab, story: Story, tool: 'ctdb' | 'ctdbts'): Promise<Told[]> {
  const told: Told[] = []
  for (const { on = 0, argv, prepare, settled, look = [] } of story.steps) {
    await prepare?.(lab)
    const run = withoutRetries(shown(await lab[tool](on, ...argv)))
    if (settled) await untilSettled(lab, settled)
    told.push({ run, looks: await Promise.all(look.map(async (question) => shown(await lab.ctdb(0, ...question)))) })
  }
  await untilHealthy(lab)
  return told
}

/** Both tools say this and try again while the leader carries out a takeover run, which it may do by itself at any moment. */
const BUSY_LEADER = 'Failed to disable takeover runs\n'

const withoutRetries = (run: Shown): Shown =>
  run.status === 0 ? { ...run, stderr: run.stderr.replaceAll(BUSY_LEADER, '') } : run
