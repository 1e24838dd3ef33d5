import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { requireAgreement } from '../cli/confirm.ts'
import type { DaemonSession } from '../cli/daemon-session.ts'
import { interruptible } from '../cli/interruptible.ts'
import { RUN_MAY_FOLLOW, withInterruptionReport } from '../cli/interruption-report.ts'
import { fromFlag } from '../cli/options.ts'
import { wantsColour, whenOutputCloses } from '../cli/output.ts'
import { showProgress } from '../cli/progress.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { type SimOptions, simFlags, wantsSim } from '../cli/sim-flags.ts'
import { snapshotFrom } from '../cli/snapshot-file.ts'
import { editsOf, unsigned32, whatIfFlags } from '../cli/what-if-flags.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { compareOutcome, type Outcome } from '../lib/takeover/outcome.ts'
import { settingsOf } from '../lib/takeover/settings.ts'
import type { Edit } from '../lib/takeover/what-if.ts'
import { planWhatIf, type WhatIfPlan } from '../lib/takeover/what-if-plan.ts'
import { requestTakeoverRun } from '../operations/administer/takeover-run.ts'
import { collectSnapshot } from '../operations/collect/snapshot.ts'
import type { PlanDocument, TakeoverRunDocument } from '../ui/documents/plan.ts'

type SnapshotOptions = GlobalOptions & SimOptions & { readonly from?: string | undefined }

/** Exit statuses of --detailed-exitcode and of a run, beside 0 and 1. */
const EXIT_MOVES = 2
const EXIT_NOT_AS_PLANNED = 3

export default class TakeoverRun extends CtdbtsCommand {
  static override readonly group = 'addresses'
  static override summary = 'Predict what a takeover run moves, run it, and check it'
  static override description =
    `With --dry-run, shows the plan only, for the current cluster or for a changed one (WHAT IF). Otherwise shows the plan, asks for
confirmation, requests the run, and compares the result with the plan.

--stop, --continue, --ban, --unban, --disable and --enable stand for the commands of ctdb, --start for the start of a dead ctdbd, --down for its
death. Each may bring several takeover runs: one in the recovery after a node has joined or left, one that the command asks for, one when a
started node checks itself for the first time, and one when it has become healthy. The plan is their sum, and --json has each of them (course).
--up leaves open how the node came up: it is healthy, and there is one run. All what-ifs happen before the first run; a note says if another
order gives another result.

--start reads the public addresses and tunables files of the node, if its machine can be reached (--host); with the deterministic algorithm,
home_nodes is read on the leader. A what-if that does not fit the state of its node is an error: --unban needs a banned node, --continue a
stopped one, --start a dead one. A plan assumes that all event scripts succeed: if one fails on any node, its run fails, and the leader
repeats it.

Exit status of --dry-run: 0; with --detailed-exitcode, 0 if nothing would move, 2 if something would, 1 for an error.
Exit status of a run: 0 the result is as planned, 3 it is not, 1 the run failed or was not started.

Daemons do not report which nodes the leader was told to rebalance (REBALANCE_NODE); name them with --rebalance.`
  static override examples = [
    '<%= config.bin %> takeover-run --dry-run',
    '<%= config.bin %> takeover-run --dry-run --down 2 --explain',
    '<%= config.bin %> takeover-run --dry-run --start 2 --host node1',
    '<%= config.bin %> takeover-run --yes',
  ]
  static override flags = {
    ...fromFlag,
    ...simFlags,
    ...whatIfFlags,
    'dry-run': Flags.boolean({ summary: 'Show the plan, and do nothing' }),
    explain: Flags.boolean({ summary: 'Show each address with the steps of its assignment, and the controls' }),
    'detailed-exitcode': Flags.boolean({ summary: 'With --dry-run, exit with 2 if something would move' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask for confirmation' }),
    rebalance: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PNN',
      summary: 'Assume that the leader was told to rebalance this node',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(TakeoverRun)
    const edits = editsOf(flags)
    const forceRebalance = (flags.rebalance ?? []).map((text) => unsigned32(text, '--rebalance PNN'))
    const plan = (now: Snapshot) => planWhatIf(now, edits, { forceRebalance })
    if (!flags['dry-run']) {
      if (edits.length > 0 || flags.from !== undefined || wantsSim(flags)) {
        throw new CtdbtsError('DRY_RUN_ONLY', 'what-if options, --from and --sim need --dry-run', {
          hint: 'add --dry-run; for a simulated cluster that stays, use `ctdbts sim`',
        })
      }
      whenOutputCloses(flags.yes ? 'go on' : 'fail')
      const expected = plan(await this.current(flags, []))
      if (!flags.json) await this.print(expected, flags.explain)
      await requireAgreement('Ask the leader for this takeover run?', flags, 'nothing was done')
      whenOutputCloses('go on')
      return await this.withDaemon(flags, (daemon) => this.carryOut(flags, daemon, expected))
    }
    const expected = plan(await this.current(flags, edits))
    const [{ changesAnything }, { planJson }] = await Promise.all([import('../ui/plan-words.ts'), import('../ui/plan.ts')])
    if (flags['detailed-exitcode'] && changesAnything(expected)) process.exitCode = EXIT_MOVES
    if (flags.json) return planJson(expected) satisfies PlanDocument
    await this.print(expected, flags.explain)
    return undefined
  }

  /**
   * What to plan from. Files are on the machines, and the daemons do not know them: those that a daemon reads when it is started, and the
   * leader's home_nodes.
   */
  private async current(flags: SnapshotOptions, edits: readonly Edit[]): Promise<Snapshot> {
    const saved = await snapshotFrom(flags, this.doesNotTake)
    if (saved) return saved
    if (edits.every(({ kind }) => kind !== 'start' && kind !== 'algorithm')) {
      const snapshot = await this.withDaemon(flags, look)
      if (settingsOf(snapshot).algorithm !== 'deterministic') return snapshot
    }
    const { withCluster } = await import('../cli/with-cluster.ts')
    return await withCluster(flags, (cluster) => cluster.sample())
  }

  private async carryOut({ json }: { json: boolean }, daemon: DaemonSession, expected: WhatIfPlan): Promise<unknown> {
    const done = showProgress('Waiting for the takeover run:')
    try {
      const { client, pnn, timeoutMs } = daemon
      await interruptible(({ signal }) =>
        withInterruptionReport(signal, requestTakeoverRun(client, pnn, { timeoutMs, signal }), () => RUN_MAY_FOLLOW),
      )
    } finally {
      done()
    }
    const outcome: Outcome = compareOutcome(expected, await look(daemon))
    if (!outcome.asPlanned) process.exitCode = EXIT_NOT_AS_PLANNED
    const { outcomeText, planJson } = await import('../ui/plan.ts')
    if (json) return { formatVersion: 1, plan: planJson(expected), outcome } satisfies TakeoverRunDocument
    process.stdout.write(outcomeText(outcome))
    return undefined
  }

  private async print(plan: WhatIfPlan, explain: boolean): Promise<void> {
    const [{ planText }, { painter }] = await Promise.all([import('../ui/plan.ts'), import('../ui/table.ts')])
    process.stdout.write(planText(plan, { explain, paint: painter(wantsColour(process.stdout, process.env)) }))
  }
}

const look = ({ client, pnn, timeoutMs }: DaemonSession): Promise<Snapshot> =>
  collectSnapshot(client, pnn, { timeoutMs, now: new Date() })
