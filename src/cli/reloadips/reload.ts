import type { Pnn } from '../../lib/cluster/node.ts'
import { namedNodes } from '../../lib/cluster/node-list.ts'
import { nodesText } from '../../lib/cluster/node-text.ts'
import { disabledSeconds } from '../../operations/administer/disable-runs.ts'
import { type NodeReload, type ReloadRequest, reloadPublicIps } from '../../operations/administer/reload-ips.ts'
import { requestTakeoverRun } from '../../operations/administer/takeover-run.ts'
import { collectNodeMap } from '../../operations/collect/node-map.ts'
import type { TargetNode } from '../../operations/target-node.ts'

/** A reload to carry out. */
export interface ReloadTask extends Pick<ReloadRequest, 'reconnect' | 'leaves' | 'onReloaded' | 'toleratesSilence'> {
  /** `all` or PNNs; the local node without. */
  readonly word: string | undefined
  /** -t. Takeover runs are disabled for twice as long. */
  readonly timelimit: number
  readonly signal: AbortSignal
  /** Called with each step that is done. */
  readonly tell: (line: string) => void
  /** Called with how far it came, if it ends early. */
  readonly tellUnfinished: (line: string, error: unknown) => void
}

/**
 * Reloads the files, and asks for a takeover run, as `ctdb reloadips` does.
 * @returns the result on each node that was asked.
 * @throws CtdbtsError for an argument that names no nodes; as `reloadPublicIps` and `requestTakeoverRun` do.
 */
export async function carryOutReload(node: TargetNode, task: ReloadTask): Promise<{ nodes: NodeReload[]; leader: Pnn }> {
  const { client, localPnn, timeoutMs } = node
  const { word, signal, tell } = task
  const nodeMap = await collectNodeMap(client, localPnn, { signal })
  const chosen = namedNodes(nodeMap, word, await localPnn)
  const seconds = disabledSeconds(task.timelimit)
  const progress: Progress = { step: 'begun', runsEnabled: false }
  try {
    const nodes = await reloadPublicIps(node, {
      nodeMap,
      chosen,
      seconds,
      signal,
      reconnect: task.reconnect,
      leaves: task.leaves,
      toleratesSilence: task.toleratesSilence,
      onDisabled: () => {
        tell(`Takeover runs are disabled for at most ${seconds} s`)
        progress.step = 'reloading'
      },
      onReloaded: (results) => {
        const good = results.filter(({ error }) => !error).map(({ pnn }) => pnn)
        const whose = good.length === 0 ? 'no node' : nodesText(good)
        tell(`Reloaded by: ${whose}`)
        progress.reloadedBy = whose
        task.onReloaded?.(results)
      },
      onEnabled: () => {
        tell('Takeover runs are enabled again')
        progress.runsEnabled = true
      },
    })
    progress.step = 'run asked for'
    tell('Asking the leader for a takeover run')
    const leader = await requestTakeoverRun(client, localPnn, { timeoutMs, signal })
    tell(`Takeover run done by the leader, node ${leader}`)
    return { nodes, leader }
  } catch (error) {
    task.tellUnfinished(stateLeft(progress), error)
    throw error
  }
}

/** How far a reload has come. */
interface Progress {
  step: 'begun' | 'reloading' | 'run asked for'
  /** The nodes that have reloaded, once they are known. */
  reloadedBy?: string
  runsEnabled: boolean
}

/** What an interrupted reload has done. */
function stateLeft({ step, reloadedBy, runsEnabled }: Progress): string {
  const runs = runsEnabled ? 'takeover runs are enabled again; ' : ''
  if (step === 'begun') return `${runs}nothing was reloaded`
  const files = reloadedBy === undefined ? 'it is not known which nodes have reloaded their files' : `reloaded by ${reloadedBy}`
  const asked =
    step === 'run asked for'
      ? 'a takeover run was asked for, but may not have been done'
      : 'no takeover run was asked for: `ctdbts ipreallocate` asks for one'
  return `${runs}${files}; ${asked}`
}
