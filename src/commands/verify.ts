import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand, type GlobalOptions } from '../cli/base-command.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { fromFlag } from '../cli/options.ts'
import { type SimOptions, simFlags, wantsSim } from '../cli/sim-flags.ts'
import { EXIT_MEANINGS, exitStatusOf } from '../cli/verify/exit-status.ts'
import { FORMATS, type Format } from '../cli/verify/formats.ts'
import { SEVERITIES } from '../lib/audit/finding.ts'
import { CtdbtsError } from '../lib/errors.ts'

export default class Verify extends CtdbtsCommand {
  static override summary = 'audit the cluster: what CTDB believes against the kernels and the files of all nodes'
  static override description =
    `With --host, one node is enough: it tells which others there are. Without, this machine's kernel and files are audited, and of
the other nodes what their daemons tell.

All nodes are looked at twice, and again where something seems to move. What two looks agree on is real; what comes and goes, as during a
takeover run, is transient; what could not be read is unknown, and never counts as good.

Exit status: ${EXIT_MEANINGS}.
Under --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as monitoring plugins have it.`
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
    checks: Flags.string({ helpValue: 'ID,…', summary: 'make only these checks' }),
    skip: Flags.string({ helpValue: 'ID,…', summary: 'leave these checks out' }),
    'list-checks': Flags.boolean({ summary: 'list all checks' }),
    explain: Flags.string({ helpValue: 'ID', summary: 'explain a check: what it means, what CTDB does about it, what to do' }),
    by: Flags.option({
      options: ['fault', 'node'] as const,
      default: 'fault' as const,
      helpValue: 'fault|node',
      summary: 'how findings are grouped',
    })(),
    format: Flags.option({
      options: FORMATS,
      default: 'text' as const,
      helpValue: FORMATS.join('|'),
      summary: 'for people; or for Nagios and Icinga, the textfile collector of Prometheus, CI (JUnit)',
    })(),
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary: 'write it there, as a whole or not at all [default: standard output]',
    }),
    'fail-on': Flags.option({
      options: SEVERITIES,
      default: 'warning' as const,
      helpValue: SEVERITIES.join('|'),
      summary: 'the least severity that counts for the exit status',
    })(),
    interval: Flags.string({ helpValue: 'SECONDS', summary: 'audit again and again, and tell only what has changed' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Verify)
    this.checkOutput(flags, { ctdbJson: false, machineReadable: false })
    refuseIgnored(flags)
    const choice = { only: idsOf(flags.checks), skip: idsOf(flags.skip) }
    if (flags['list-checks'] || flags.explain !== undefined) {
      const { checksJson, explainCheck, listChecks } = await import('../ui/audit/checks.ts')
      if (flags.json) return checksJson(flags.explain)
      process.stdout.write(flags.explain === undefined ? listChecks() : explainCheck(flags.explain))
      return undefined
    }
    const format: Format = flags.json ? 'json' : flags.format
    // Loaded here, as every command would pay for it otherwise.
    const [{ auditOnce, follow }, { showReport }] = await Promise.all([
      import('../cli/verify/run.ts'),
      import('../cli/verify/show.ts'),
    ])
    if (flags.interval !== undefined) {
      return await follow(flags, choice, { format, seconds: secondsOf(flags.interval), failOn: flags['fail-on'] })
    }
    try {
      const report = await auditOnce(flags, choice)
      process.exitCode = await exitStatusOf(report, format, flags['fail-on'])
      return await showReport(report, { format, groupBy: flags.by, verbose: flags.verbose, output: flags.output })
    } catch (error) {
      // Monitoring takes exit status 1 for a warning, and reads standard output only.
      if (format !== 'nagios' || !(error instanceof CtdbtsError)) throw error
      const { NAGIOS_UNKNOWN, nagiosFailure } = await import('../ui/audit/nagios.ts')
      process.stdout.write(nagiosFailure(error))
      process.exitCode = NAGIOS_UNKNOWN
      return undefined
    }
  }
}

/** What would be passed over in silence: whoever gives it expects something of it. */
function refuseIgnored(
  flags: GlobalOptions &
    SimOptions &
    Readonly<Record<'from' | 'output' | 'interval', string | undefined>> & { readonly format: string },
): void {
  const refuse = (what: string, hint: string) => new CtdbtsError('USAGE', `verify takes no ${what}`, { hint })
  if (flags.node !== undefined) throw refuse('-n', 'it looks at all nodes; `--by node` groups what it finds by node')
  if (flags.table) throw refuse('--table', 'its text is for people already; for machines there are --json and --format')
  const other = wantsSim(flags) ? '--sim' : wantsHost(flags) ? '--host' : undefined
  if (flags.from !== undefined && other) throw refuse(`${other} together with --from`, 'leave one of them away')
  if (flags.interval !== undefined && flags.output !== undefined) {
    throw refuse('--output together with --interval', 'changes go to standard output, line by line: redirect that')
  }
  if (flags.json && flags.format !== 'text') throw refuse('--format together with --json', 'leave one of them away')
}

const idsOf = (list: string | undefined): readonly string[] | undefined =>
  list
    ?.split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')

function secondsOf(text: string): number {
  if (/^\d{1,5}(\.\d)?$/.test(text) && Number(text) >= 1) return Number(text)
  throw new CtdbtsError('USAGE', `--interval takes a number of seconds from 1 on, not ${JSON.stringify(text)}`)
}
