import { MirrorCommand } from '../cli/mirror-command.ts'
import { reportProblems } from '../cli/report-error.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { nodesSourceOf } from '../cli/with-machine.ts'
import { nodesText } from '../lib/cluster/node-text.ts'
import type { NodeChange } from '../lib/cluster/nodes-change.ts'
import { type CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { disabledSeconds } from '../operations/administer/disable-runs.ts'
import { type ReloadedNodes, reloadNodes, type UnfinishedReload } from '../operations/administer/reload-nodes.ts'
import { targetNode } from '../operations/target-node.ts'
import { readNodes } from '../transport/host/read-nodes.ts'
import { ctdbNodeChangeLines } from '../ui/ctdb/nodes.ts'
import type { ReloadnodesDocument } from '../ui/documents/nodes.ts'

export default class Reloadnodes extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Reload the nodes file on all nodes'
  static override usage = 'reloadnodes'
  static override description =
    `Run it after adding nodes, or after deleting nodes (# in front of their lines) whose daemons have ended.
All connected nodes must have the same list. Disables recoveries meanwhile, and always enables them again.
Like ctdb, names the nodes that fail to reload, but does not fail itself; --json lists them.`
  static override examples = ['<%= config.bin %> reloadnodes']
  /** ctdb ignores arguments. */
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
        // If the connection is lost, another one enables recoveries again.
        reconnect: (use) => this.withDaemon(flags, (other) => use(targetNode(other, undefined))),
        onUnfinished: tellUnfinished,
      })
    })
    for (const pnn of done.reloaded) this.tell(flags, `node ${pnn} has reloaded the nodes`)
    return await this.show(flags, { ctdb: () => '', json: (): ReloadnodesDocument => documentOf(done) }, problemsOf(done))
  }
}

/** Prints a change at once, in the order of ctdb, which mixes both streams. */
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

const documentOf = ({ changes, reloaded, failed }: ReloadedNodes): ReloadnodesDocument => ({
  formatVersion: 1,
  changes,
  reloaded,
  failed: failed.map(({ pnn, reason }) => ({ pnn, code: reason.code, message: reason.message })),
})
