import { hasFlag, NODE_FLAG } from '../../lib/cluster/node.ts'
import { namedNodes } from '../../lib/cluster/node-list.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { isAsPromised, reloadOutcome } from '../../lib/reload/outcome.ts'
import { previewReload, type ReloadPreview } from '../../lib/reload/preview.ts'
import { type NodeReload, noActiveNode } from '../../operations/administer/reload-ips.ts'
import type { Cluster } from '../../operations/reach/cluster.ts'
import type { TargetNode } from '../../operations/target-node.ts'
import {
  previewJson,
  previewText,
  type Reload,
  type ReloadipsPreviewDocument,
  reloadedText,
  reloadJson,
  reloadText,
} from '../../ui/reload.ts'
import { painter } from '../../ui/table.ts'
import { requireAgreement } from '../confirm.ts'
import { wantsHost } from '../host-flags.ts'
import { interruptible } from '../interruptible.ts'
import { wantsColour } from '../output.ts'
import type { GlobalOptions } from '../run-options.ts'
import { type Visit, withWays } from '../with-cluster.ts'
import { carryOutReload } from './reload.ts'

/** The exit status when all nodes have reloaded, but the result does not match the preview. */
const EXIT_NOT_AS_PREVIEWED = 3

export interface ReloadOptions extends GlobalOptions {
  readonly 'dry-run': boolean
  readonly yes: boolean
}

export interface PreviewedReload {
  readonly options: ReloadOptions
  /** `all` or PNNs; the local node without. */
  readonly word: string | undefined
  /** Refuses a local node that is not the one that -n names. */
  readonly checkNode: (local: TargetNode) => Promise<unknown>
  readonly tell: (line: string) => void
}

/**
 * `reloadips` for people: a preview, a question, the reload and the takeover run, and whether the result matches the preview.
 * @returns the document for --json.
 */
export async function reloadWithPreview(reload: PreviewedReload): Promise<unknown> {
  const { options } = reload
  return await withWays(options, async (visit) => {
    const preview = await visit((cluster) => look(cluster, reload))
    if (!options.json) process.stdout.write(previewText(preview, painter(wantsColour(process.stdout, process.env))))
    if (options['dry-run']) {
      if (!mayReload(preview)) process.exitCode = EXIT_STATUS.failure
      return options.json ? ({ formatVersion: 1, preview: previewJson(preview) } satisfies ReloadipsPreviewDocument) : undefined
    }
    await agree(options, preview)
    const carried = await visit((cluster) => carryOut(cluster, visit, reload, preview), 'Reloading:')
    process.exitCode = exitStatusOf(carried)
    if (options.json) return reloadJson(preview, carried)
    process.stdout.write(reloadText(preview, carried, wantsHost(options)))
    return undefined
  })
}

/** @throws CtdbtsError NO_ACTIVE_NODE, when there is nothing to agree to; as `requireAgreement`. */
async function agree(options: ReloadOptions, { nodes }: ReloadPreview): Promise<void> {
  if (nodes.every(({ verdict }) => verdict === 'left out')) throw noActiveNode()
  await requireAgreement('Reload the public addresses files, and ask for a takeover run?', options, 'nothing was done')
}

function exitStatusOf({ nodes, runError, outcome }: Reload): number {
  if (runError !== undefined || nodes.some(({ error }) => error)) return EXIT_STATUS.failure
  return isAsPromised(outcome) ? EXIT_STATUS.ok : EXIT_NOT_AS_PREVIEWED
}

/** Whether, as far as the preview shows, some node reloads and none rejects its file. */
const mayReload = ({ nodes }: ReloadPreview): boolean =>
  nodes.every(({ verdict }) => verdict !== 'rejects') && nodes.some(({ verdict }) => verdict !== 'left out')

async function look(cluster: Cluster, { word, checkNode }: PreviewedReload): Promise<ReloadPreview> {
  const { local } = cluster
  await checkNode(local)
  const snapshot = await cluster.sample()
  const chosen = namedNodes(snapshot.nodeMap, word, await local.pnn)
  const present = chosen.filter((node) => !hasFlag(node, NODE_FLAG.DELETED)).map(({ pnn }) => pnn)
  return previewReload(snapshot, present)
}

async function carryOut(
  cluster: Cluster,
  visit: Visit,
  { options, word, tell }: PreviewedReload,
  preview: ReloadPreview,
): Promise<Reload> {
  let nodes: readonly NodeReload[] = []
  let runError: CtdbtsError | undefined
  try {
    await interruptible(({ signal, leaves }) =>
      carryOutReload(cluster.local, {
        word,
        timelimit: options.timelimit,
        signal,
        leaves,
        tell,
        reconnect: (use) => visit((other) => use(other.anyone), 'Connecting again to enable takeover runs:'),
        onReloaded: (results) => {
          nodes = results
        },
        tellUnfinished: (line, error) => isRunFailed(error) || process.stderr.write(`ctdbts: ${line}\n`),
      }),
    )
  } catch (error) {
    if (!isRunFailed(error)) {
      process.stderr.write(reloadedText(preview, nodes))
      throw error
    }
    runError = error
  }
  const reloaded = nodes.filter(({ error }) => !error).map(({ pnn }) => pnn)
  return { nodes, runError, outcome: reloadOutcome(preview, reloaded, await cluster.sample()) }
}

const isRunFailed = (error: unknown): error is CtdbtsError => error instanceof CtdbtsError && error.code === 'RUN_FAILED'
