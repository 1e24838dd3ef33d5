import { nodesText } from '../../lib/audit/facts.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { namedNodes } from '../../lib/cluster/node-list.ts'
import { type NodeReload, type ReloadRequest, reloadPublicIps } from '../../transport/administer/reload-ips.ts'
import { disabledSeconds } from '../../transport/administer/takeover-runs-disabled.ts'
import type { AskedNode } from '../../transport/asked-node.ts'
import { collectNodeMap } from '../../transport/collect/node-map.ts'
import { requestTakeoverRun } from '../../transport/takeover-run.ts'

/** What `reloadips` is to do. */
export interface ReloadTask extends Pick<ReloadRequest, 'again' | 'leaves' | 'onReloaded' | 'toleratesSilence'> {
  /** `all` or PNNs; the local node without. */
  readonly word: string | undefined
  /** -t. Takeover runs are disabled for twice as long. */
  readonly timelimit: number
  readonly signal: AbortSignal
  /** Is told what was done, step by step. */
  readonly tell: (line: string) => void
  /** Is told, when it ends before its end, how far it came. */
  readonly tellUnfinished: (line: string, error: unknown) => void
}

/**
 * Reloads the files, and asks for a takeover run, as `ctdb reloadips` does.
 * @returns what became of it on each node that was asked.
 * @throws CtdbtsError for words that name no nodes; as `reloadPublicIps` and `requestTakeoverRun` do.
 */
export async function carryOutReload(node: AskedNode, task: ReloadTask): Promise<{ nodes: NodeReload[]; leader: Pnn }> {
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
      again: task.again,
      leaves: task.leaves,
      toleratesSilence: task.toleratesSilence,
      onDisabled: () => {
        tell(`Takeover runs are disabled, for ${seconds} s at most`)
        progress.step = 'reloading'
      },
      onReloaded: (results) => {
        const good = results.filter(({ error }) => !error).map(({ pnn }) => pnn)
        const whose = good.length === 0 ? 'no node' : nodesText(good)
        tell(`Reloaded their files: ${whose}`)
        progress.reloadedBy = whose
        task.onReloaded?.(results)
      },
      onEnabled: () => {
        tell('Takeover runs are enabled again')
        progress.runsEnabled = true
      },
    })
    progress.step = 'run asked for'
    tell('The leader is asked for a takeover run')
    const leader = await requestTakeoverRun(client, localPnn, { timeoutMs, signal })
    tell(`Node ${leader} leads, and has made a takeover run`)
    return { nodes, leader }
  } catch (error) {
    task.tellUnfinished(whatStands(progress), error)
    throw error
  }
}

/** How far a reload has come. */
interface Progress {
  step: 'begun' | 'reloading' | 'run asked for'
  /** Who has reloaded, once that is known. */
  reloadedBy?: string
  runsEnabled: boolean
}

/** What has been done of a reload that was ended before its end. */
function whatStands({ step, reloadedBy, runsEnabled }: Progress): string {
  const runs = runsEnabled ? 'takeover runs are enabled again; ' : ''
  if (step === 'begun') return `${runs}nothing was reloaded`
  const files = reloadedBy === undefined ? 'which nodes have reloaded their files is not known' : `reloaded by ${reloadedBy}`
  const asked =
    step === 'run asked for'
      ? 'a takeover run was asked for, and is not known to be done'
      : 'no takeover run was asked for: `ctdbts ipreallocate` asks for one'
  return `${runs}${files}; ${asked}`
}
