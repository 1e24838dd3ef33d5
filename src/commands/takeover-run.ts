import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand, type Daemon } from '../cli/base-command.ts'
import { confirm, showProgress } from '../cli/confirm.ts'
import { interruptible } from '../cli/interruptible.ts'
import { fromFlag } from '../cli/options.ts'
import { wantsColour, whenOutputCloses } from '../cli/output.ts'
import { simFlags, wantsSim } from '../cli/sim-flags.ts'
import { readSnapshot } from '../cli/snapshot-file.ts'
import { editsOf, number, whatIfFlags } from '../cli/what-if-flags.ts'
import { RUN_MAY_COME, tellingWhatStands } from '../cli/what-stands.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { compareOutcome, type Outcome } from '../lib/takeover/outcome.ts'
import { type Plan, planTakeover } from '../lib/takeover/plan.ts'
import { imagine } from '../lib/takeover/what-if.ts'
import { collectSnapshot } from '../transport/collect/snapshot.ts'
import { requestTakeoverRun } from '../transport/takeover-run.ts'

/** What --detailed-exitcode and a run end with, beside 0 and 1. */
const EXIT_MOVES = 2
const EXIT_NOT_AS_PLANNED = 3

export default class TakeoverRun extends CtdbtsCommand {
  static override summary = 'predict what a takeover run will move; run it, and check the outcome'
  static override description =
    `With --dry-run: only the plan, for the cluster as it is or as it would be (WHAT IF). Else: the plan, a question, the run, and
whether the outcome is the plan.

Exit status of --dry-run: 0; with --detailed-exitcode 0 when nothing would move, 2 when something would, 1 for an error.
Exit status of a run: 0 the outcome is the plan, 3 it is not, 1 the run failed or was not started.

What the leader was told to rebalance (REBALANCE_NODE) cannot be asked for; --rebalance supplies it.`
  static override examples = [
    '<%= config.bin %> takeover-run --dry-run',
    '<%= config.bin %> takeover-run --dry-run --down 2 --explain',
    '<%= config.bin %> takeover-run --yes',
  ]
  static override flags = {
    ...fromFlag,
    ...simFlags,
    ...whatIfFlags,
    'dry-run': Flags.boolean({ summary: 'show the plan and do nothing' }),
    explain: Flags.boolean({ summary: 'show every address, with the steps that lead to it, and the controls' }),
    'detailed-exitcode': Flags.boolean({ summary: 'with --dry-run: exit with 2 when something would move' }),
    yes: Flags.boolean({ char: 'y', summary: 'do not ask' }),
    rebalance: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PNN',
      summary: 'the leader was told to let this node receive addresses',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(TakeoverRun)
    this.checkOutput(flags, { ctdbJson: false, machineReadable: false })
    const edits = editsOf(flags)
    const forceRebalance = (flags.rebalance ?? []).map((text) => number(text, '--rebalance PNN'))
    const plan = (now: Snapshot) => {
      const { snapshot: imagined, assumptions } = imagine(now, edits)
      return planTakeover(now, { forceRebalance, imagined, assumptions })
    }
    if (!flags['dry-run']) {
      if (edits.length > 0 || flags.from !== undefined || wantsSim(flags)) {
        throw new CtdbtsError('DRY_RUN_ONLY', 'what is only imagined, or in a file, cannot be run', {
          hint: 'add --dry-run; a simulated cluster that stays is made by `ctdbts sim`',
        })
      }
      whenOutputCloses(flags.yes ? 'go on' : 'fail')
      const promised = plan(await this.withDaemon(flags, look))
      if (!flags.json) await this.print(promised, flags.explain)
      await requireAgreement(flags)
      return await this.withDaemon(flags, (daemon) => this.carryOut(flags, daemon, promised))
    }
    const promised = plan(flags.from !== undefined ? await readSnapshot(flags.from) : await this.withDaemon(flags, look))
    const [{ changesAnything }, { planJson }] = await Promise.all([import('../ui/plan-words.ts'), import('../ui/plan.ts')])
    if (flags['detailed-exitcode'] && changesAnything(promised)) process.exitCode = EXIT_MOVES
    if (flags.json) return planJson(promised)
    await this.print(promised, flags.explain)
    return undefined
  }

  private async carryOut({ json }: { json: boolean }, daemon: Daemon, promised: Plan): Promise<unknown> {
    const done = showProgress('The leader was asked for a takeover run:')
    try {
      const { client, pnn, timeoutMs } = daemon
      await interruptible(({ signal }) =>
        tellingWhatStands(signal, requestTakeoverRun(client, pnn, { timeoutMs, signal }), () => RUN_MAY_COME),
      )
    } finally {
      done()
    }
    const outcome: Outcome = compareOutcome(promised, await look(daemon))
    if (!outcome.asPlanned) process.exitCode = EXIT_NOT_AS_PLANNED
    const { outcomeText, planJson } = await import('../ui/plan.ts')
    if (json) return { formatVersion: 1, plan: planJson(promised), outcome }
    process.stdout.write(outcomeText(outcome))
    return undefined
  }

  private async print(plan: Plan, explain: boolean): Promise<void> {
    const [{ planText }, { painter }] = await Promise.all([import('../ui/plan.ts'), import('../ui/table.ts')])
    process.stdout.write(planText(plan, { explain, paint: painter(wantsColour(process.stdout, process.env)) }))
  }
}

/** @throws CtdbtsError NOT_CONFIRMED. */
async function requireAgreement({ yes }: { yes: boolean }): Promise<void> {
  if (!yes && !(await confirm('Ask the leader for this takeover run?'))) {
    throw new CtdbtsError('NOT_CONFIRMED', 'nothing was done')
  }
  whenOutputCloses('go on')
}

const look = ({ client, pnn, timeoutMs }: Daemon): Promise<Snapshot> =>
  collectSnapshot(client, pnn, { timeoutMs, now: new Date() })
