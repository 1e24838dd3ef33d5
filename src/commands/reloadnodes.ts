import type { GlobalOptions } from '../cli/base-command.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { reportProblems } from '../cli/report-error.ts'
import { nodesSourceOf } from '../cli/with-machine.ts'
import { nodesText } from '../lib/audit/facts.ts'
import type { NodeChange } from '../lib/cluster/nodes-change.ts'
import { type CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { type ReloadedNodes, reloadNodes, type UnfinishedReload } from '../transport/administer/reload-nodes.ts'
import { disabledSeconds } from '../transport/administer/takeover-runs-disabled.ts'
import { askedNode } from '../transport/asked-node.ts'
import { readNodes } from '../transport/host/read-nodes.ts'
import { ctdbNodeChangeLines } from '../ui/ctdb/nodes.ts'

export default class Reloadnodes extends MirrorCommand {
  static override summary = 'reload the nodes file all nodes'
  static override usage = 'reloadnodes'
  static override description = `After nodes were added, or deleted (a # in front of their line) once their daemons had ended.
All connected nodes must have the same list; recoveries are disabled meanwhile, and enabled again whatever happens.
As with ctdb, a node that fails to reload is named, and does not make the command fail; --json tells.`
  static override examples = ['<%= config.bin %> reloadnodes']
  /** The real tool does not look at arguments. */
  static override strict = false
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Reloadnodes)
    const done = await this.withNodeInterruptibly(flags, async (node, { signal, leaves }, daemon) => {
      const source = nodesSourceOf(flags, await daemon.host())
      return await reloadNodes(node, {
        readList: () => readNodes(source),
        onChange: (change) => tellChange(flags, change),
        seconds: disabledSeconds(flags.timelimit),
        signal,
        leaves,
        // Should the connection be lost, another one enables recoveries again.
        again: (use) => this.withDaemon(flags, (other) => use(askedNode(other, undefined))),
        onUnfinished: tellUnfinished,
      })
    })
    for (const pnn of done.reloaded) this.tell(flags, `node ${pnn} has reloaded the nodes`)
    return await this.show(flags, { ctdb: () => '', json: () => documentOf(done) }, problemsOf(done))
  }
}

/** At once, in the order of the real tool, which mixes both streams. */
function tellChange({ json, table }: GlobalOptions, change: NodeChange): void {
  const { stdout, stderr } = ctdbNodeChangeLines(change)
  if (stdout !== undefined && !json) process.stdout.write(`${stdout}\n`)
  if (stderr !== undefined) reportProblems([saidByCtdb('NODE_CHANGE', stderr)], json || table ? 'own' : 'ctdb')
}

function tellUnfinished({ reloaded, failed, unknown }: UnfinishedReload): void {
  const parts = [
    ...(reloaded.length > 0 ? [`reloaded the nodes: ${nodesText(reloaded)}`] : []),
    ...(failed.length > 0 ? [`failed to reload them: ${nodesText(failed)}`] : []),
    ...(unknown.length > 0 ? [`may have reloaded them: ${nodesText(unknown)}`] : []),
  ]
  process.stderr.write(`ctdbts: ${parts.join('; ')}\n`)
}

function problemsOf({ reloaded, failed }: ReloadedNodes): CtdbtsError[] {
  if (failed.length > 0) {
    return [
      ...failed.map(({ pnn }) => saidByCtdb('NOT_RELOADED', `Node ${pnn} failed to reload nodes`)),
      saidByCtdb('NOT_RELOADED', 'You MUST fix failed nodes manually!'),
    ]
  }
  return reloaded.length > 0 ? [] : [saidByCtdb('NO_CHANGE', 'No change in nodes file, skipping unnecessary reload')]
}

const documentOf = ({ changes, reloaded, failed }: ReloadedNodes): unknown => ({
  formatVersion: 1,
  changes,
  reloaded,
  failed: failed.map(({ pnn, reason }) => ({ pnn, code: reason.code, message: reason.message })),
})
