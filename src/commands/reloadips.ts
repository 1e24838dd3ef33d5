import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { reportInterruption } from '../cli/interruption-report.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { whenOutputCloses } from '../cli/output.ts'
import { checkOutputForms } from '../cli/output-forms.ts'
import type { ReloadOptions } from '../cli/reloadips/preview.ts'
import { inOwnWords } from '../lib/errors.ts'
import { targetNode } from '../operations/target-node.ts'

export default class Reloadips extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Reload the public addresses file'
  static override usage = 'reloadips [all|<pnn-list>]'
  static override description =
    `On a terminal, shows what will change, asks for confirmation, reloads, and compares the result with the preview. The files are on the
nodes: use --host to read those of all nodes. Without it, only the file of this machine is read. --dry-run only shows the preview.

Disables takeover runs on all connected nodes for twice the time limit (-t), lets the active nodes among those given reload their files,
always enables takeover runs again, and asks the leader for a takeover run. CTDB compares addresses only and ignores a changed mask or
changed interfaces of an address that it knows; ctdbts reports them.

With --compat, or if the output is not a terminal and none of --yes, --dry-run and --json is given, does what ctdb does, with the same
text and exit status: no preview, no question, and exit status 0 even after "Failed to reload IPs on some nodes.".

Exit status: 0 no deviation from the preview was seen (without --host, little can be checked); 1 a node did not reload, the takeover
run failed, or nothing was done; 3 all nodes reloaded, but the result deviates from the preview; 62 not all connected nodes disabled or
enabled takeover runs in time; 130 Ctrl-C, 143 SIGTERM.
Exit status of --dry-run: 0; 1 if a node will reject its file, or none can reload.`
  static override examples = [
    '<%= config.bin %> reloadips --dry-run all --host node1',
    '<%= config.bin %> reloadips all --host node1',
    '<%= config.bin %> reloadips 0,2 --yes --json --host node1',
    '<%= config.bin %> reloadips --compat',
  ]
  static override args = {
    nodes: Args.string({ name: 'nodes', description: '"all", or PNNs separated by commas [default: the local node]' }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what will change, and do nothing' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask for confirmation' }),
    compat: Flags.boolean({
      summary: 'Do what ctdb does, with its text and exit status',
      exclusive: ['dry-run', 'yes', 'json'],
    }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Reloadips)
    const word = args.nodes
    if (!flags['dry-run']) whenOutputCloses(isAsCtdb(flags) || flags.yes ? 'go on' : 'fail')
    if (isAsCtdb(flags)) return await this.asCtdb(flags, word)
    checkOutputForms('reloadips', flags, { ctdbJson: this.ctdbJson, machineReadable: false })
    // Loaded here, as it is not needed where a script calls.
    const { reloadWithPreview } = await import('../cli/reloadips/preview.ts')
    return await reloadWithPreview({
      options: flags,
      word,
      checkNode: ({ client, localPnn }) => this.checkNode(flags, { client, pnn: localPnn }),
      tell: (line) => this.tell(flags, line),
    }).catch((error: unknown) => {
      throw inOwnWords(error)
    })
  }

  private async asCtdb(flags: ReloadOptions, word: string | undefined): Promise<undefined> {
    const { carryOutReload } = await import('../cli/reloadips/reload.ts')
    await this.withNodeInterruptibly(flags, (node, { signal, leaves }) =>
      carryOutReload(node, {
        word,
        timelimit: flags.timelimit,
        signal,
        leaves,
        toleratesSilence: true,
        tell: (line) => this.tell(flags, line),
        reconnect: (use) => this.withDaemon(flags, (daemon) => use(targetNode(daemon, undefined))),
        onReloaded: (nodes) => {
          if (nodes.some(({ error }) => error)) process.stderr.write('Failed to reload IPs on some nodes.\n')
        },
        tellUnfinished: (line) => signal.aborted && reportInterruption(signal, line),
      }),
    )
    return undefined
  }
}

/** Whether a script calls, which expects what ctdb does. */
const isAsCtdb = ({ compat, yes, json, 'dry-run': dryRun }: ReloadOptions & { readonly compat: boolean }): boolean =>
  compat || !(yes || json || dryRun || process.stdout.isTTY)
