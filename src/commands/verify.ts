import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { hostWords } from '../cli/host-flags.ts'
import { fromFlag } from '../cli/options.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { type SimOptions, simFlags, wantsSim } from '../cli/sim-flags.ts'
import { checkFrom, type Refuse } from '../cli/snapshot-file.ts'
import { checkIds, choiceFlags, secondsOf } from '../cli/verify/choice.ts'
import { EXIT_MEANINGS, exitStatusOf } from '../cli/verify/exit-status.ts'
import { FORMATS, type Format } from '../cli/verify/formats.ts'
import { SEVERITIES } from '../lib/audit/finding.ts'
import { QUESTIONS_PER_SECOND } from '../lib/probe/pace.ts'

export default class Verify extends CtdbtsCommand {
  static override readonly group = 'cluster'
  static override summary = 'Compare daemons, kernels and files of all nodes'
  static override description =
    `With --host, naming one node is enough: ctdbts finds the others through it. Without --host, audits the kernel and the files of this
machine, and the daemons of all nodes.

Reads all nodes twice, and again if something seems to move. A finding that both times show is real; one that comes and goes, as during a
takeover run, is transient. What could not be read is unknown, and never counts as good. With --probe, nodes also ask their networks about public
addresses, at most ${QUESTIONS_PER_SECOND} questions a second. Findings that config.toml accepts until a given day are shown but do not count.

Exit status: ${EXIT_MEANINGS}.
With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as for monitoring plugins.
With --format checkmk: 0, as the line has the state.`
  static override examples = [
    '<%= config.bin %> verify --host node1',
    '<%= config.bin %> verify --host node1 --sudo --by node',
    '<%= config.bin %> verify --explain ip-missing',
    '<%= config.bin %> verify --host prod --format prometheus -o ctdb.prom',
    '<%= config.bin %> verify --host prod --interval 30',
    '<%= config.bin %> verify --sim',
  ]
  static override flags = {
    ...fromFlag,
    ...simFlags,
    ...choiceFlags,
    'list-checks': Flags.boolean({ summary: 'List all checks' }),
    'list-known-bugs': Flags.boolean({ summary: 'List the bugs of CTDB that are looked for, with the releases that have them' }),
    explain: Flags.string({ helpValue: 'ID', summary: 'Explain a check: what it means, what CTDB does about it, what to do' }),
    by: Flags.option({
      options: ['fault', 'node'] as const,
      default: 'fault' as const,
      helpValue: 'fault|node',
      summary: 'How to group findings',
    })(),
    format: Flags.option({
      options: FORMATS,
      default: 'text' as const,
      helpValue: FORMATS.join('|'),
      summary: 'For people, Nagios and Icinga, Checkmk, the Prometheus textfile collector, or CI (JUnit)',
    })(),
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary: 'File to write, completely or not at all [default: standard output]',
    }),
    'fail-on': Flags.option({
      options: SEVERITIES,
      default: 'warning' as const,
      helpValue: SEVERITIES.join('|'),
      summary: 'Least severity that counts for the exit status',
    })(),
    probe: Flags.boolean({
      summary: 'Also let the nodes ask their networks who answers for each public address (ARP, neighbour discovery)',
    }),
    interval: Flags.string({ helpValue: 'SECONDS', summary: 'Repeat the audit, and report only changes' }),
  }
  protected override readonly nodeHint = 'leave it out: verify looks at all nodes; `--by node` groups findings by node'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Verify)
    refuseIgnored(flags, this.doesNotTake)
    const choice = { ...checkIds(flags), probe: flags.probe }
    if (flags['list-checks'] || flags.explain !== undefined) {
      const { checksJson, explainCheck, listChecks } = await import('../ui/audit/checks.ts')
      if (flags.json) return checksJson(flags.explain)
      process.stdout.write(flags.explain === undefined ? listChecks() : explainCheck(flags.explain))
      return undefined
    }
    if (flags['list-known-bugs']) {
      const { knownBugsJson, listKnownBugs } = await import('../ui/audit/known-bugs.ts')
      if (flags.json) return knownBugsJson()
      process.stdout.write(listKnownBugs())
      return undefined
    }
    const format: Format = flags.json ? 'json' : flags.format
    // Loaded here, as every command would pay for it otherwise.
    const [{ auditOnce, follow }, { failureForMonitor, showReport }] = await Promise.all([
      import('../cli/verify/run.ts'),
      import('../cli/verify/show.ts'),
    ])
    if (flags.interval !== undefined) {
      return await follow(flags, choice, { format, seconds: secondsOf(flags.interval), failOn: flags['fail-on'] })
    }
    const hosts = hostWords(flags)
    try {
      const report = await auditOnce(flags, choice)
      process.exitCode = await exitStatusOf(report, format, flags['fail-on'])
      const { by: groupBy, verbose, output } = flags
      return await showReport(report, { format, groupBy, verbose, output, hosts })
    } catch (error) {
      const { text, exitStatus } = await failureForMonitor(error, format, hosts)
      process.stdout.write(text)
      process.exitCode = exitStatus
      return undefined
    }
  }
}

/** Refuses options that would be ignored. */
function refuseIgnored(
  flags: GlobalOptions &
    SimOptions &
    Readonly<Record<'from' | 'output' | 'interval', string | undefined>> & { readonly format: string; readonly probe: boolean },
  refuse: Refuse,
): void {
  if (flags.table) throw refuse('--table', 'leave it out; for programs, use --json or --format')
  checkFrom(flags, refuse)
  if (flags.probe && (flags.from !== undefined || wantsSim(flags))) {
    throw refuse(`--probe together with ${flags.from === undefined ? '--sim' : '--from'}`, 'probe a live cluster')
  }
  if (flags.interval !== undefined) refuseWithInterval(flags, refuse)
  if (flags.json && flags.format !== 'text') throw refuse('--format together with --json', 'leave out one of them')
}

function refuseWithInterval(
  { output, maxruntime }: Pick<GlobalOptions, 'maxruntime'> & { readonly output: string | undefined },
  refuse: Refuse,
): void {
  if (output !== undefined) throw refuse('--output together with --interval', 'redirect standard output instead')
  if (maxruntime === undefined) return
  throw refuse('-T together with --interval', 'to limit it, use `timeout 60 ctdbts verify --interval …`')
}
