import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { whenOutputCloses } from '../cli/output.ts'
import type { ReloadOptions } from '../cli/reloadips/with-preview.ts'
import { tellWhatStands } from '../cli/what-stands.ts'
import { inOwnWords } from '../lib/errors.ts'
import { askedNode } from '../transport/asked-node.ts'

export default class Reloadips extends MirrorCommand {
  static override summary = 'reload the public addresses file'
  static override usage = 'reloadips [all|<pnn-list>]'
  static override description =
    `On a terminal: what will change, a question, the reload, and whether all is as it was promised. The files are on the nodes: give --host
to see those of all; without it only this machine's own is seen. --dry-run only shows what will change.

Takeover runs are disabled on all connected nodes for twice the time limit (-t), the active ones of the nodes given reload their files,
takeover runs are enabled again whatever happens, and the leader is asked for a takeover run. CTDB compares addresses only: another mask or
other interfaces of an address that it knows are ignored, which is told.

With --compat, or when the output is no terminal and none of --yes, --dry-run and --json is given, it does what ctdb does with the
same text and exit status: no preview, no question, and exit status 0 even when "Failed to reload IPs on some nodes.".

Exit status: 0 nothing is seen that is not as promised (without --host little may be seen, which is said); 1 a node did not reload, the takeover run failed, or nothing was done; 3 all nodes reloaded, and not
everything is as promised; 62 not all connected nodes let takeover runs be disabled, or enabled again, in time; 130 Ctrl-C, 143 SIGTERM.
Exit status of --dry-run: 0; 1 when a node will reject its file, or none can reload.`
  static override examples = [
    '<%= config.bin %> reloadips --dry-run all --host node1',
    '<%= config.bin %> reloadips all --host node1',
    '<%= config.bin %> reloadips 0,2 --yes --json --host node1',
    '<%= config.bin %> reloadips --compat',
  ]
  static override args = {
    nodes: Args.string({ name: 'nodes', description: 'all, or PNNs with commas between them; the local node unless given' }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'show what will change, and do nothing' }),
    yes: Flags.boolean({ char: 'y', summary: 'do not ask' }),
    compat: Flags.boolean({
      summary: 'do it as ctdb does, with its text and exit status',
      exclusive: ['dry-run', 'yes', 'json'],
    }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Reloadips)
    const word = args.nodes
    if (!flags['dry-run']) whenOutputCloses(isAsCtdb(flags) || flags.yes ? 'go on' : 'fail')
    if (isAsCtdb(flags)) return await this.asCtdb(flags, word)
    this.checkOutput(flags, { ctdbJson: this.ctdbJson, machineReadable: false })
    // Loaded here, as it is not needed where a script calls.
    const { reloadWithPreview } = await import('../cli/reloadips/with-preview.ts')
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
    const { carryOutReload } = await import('../cli/reloadips/carry-out.ts')
    await this.withNodeInterruptibly(flags, (node, { signal, leaves }) =>
      carryOutReload(node, {
        word,
        timelimit: flags.timelimit,
        signal,
        leaves,
        toleratesSilence: true,
        tell: (line) => this.tell(flags, line),
        again: (use) => this.withDaemon(flags, (daemon) => use(askedNode(daemon, undefined))),
        onReloaded: (nodes) => {
          if (nodes.some(({ error }) => error)) process.stderr.write('Failed to reload IPs on some nodes.\n')
        },
        tellUnfinished: (line) => signal.aborted && tellWhatStands(signal, line),
      }),
    )
    return undefined
  }
}

/** Whether a script calls, which expects what ctdb does. */
const isAsCtdb = ({ compat, yes, json, 'dry-run': dryRun }: ReloadOptions & { readonly compat: boolean }): boolean =>
  compat || !(yes || json || dryRun || process.stdout.isTTY)
