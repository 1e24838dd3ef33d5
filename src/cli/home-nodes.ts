import { homeNodesText } from '../lib/allocation/home-proposal.ts'
import { EXIT_STATUS } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { writeHomeNodes } from '../operations/administer/write-home-nodes.ts'
import { type HomesView, homesText, writtenText } from '../ui/home-nodes.ts'
import { requireAgreement } from './confirm.ts'
import { interruptible } from './interruptible.ts'
import { whenOutputCloses } from './output.ts'
import type { GlobalOptions } from './run-options.ts'
import { withWays } from './with-cluster.ts'

/**
 * Shows proposed home nodes, asks, and writes them on all nodes.
 * @throws CtdbtsError NOT_CONFIRMED; as `writeHomeNodes`.
 */
export async function proposeAndWrite(
  options: GlobalOptions & { readonly yes: boolean },
  propose: (snapshot: Snapshot) => HomesView,
): Promise<undefined> {
  whenOutputCloses(options.yes ? 'go on' : 'fail')
  await withWays(options, async (visit) => {
    const view = propose(await visit((cluster) => cluster.sample()))
    process.stdout.write(homesText(view))
    await requireAgreement('Write home_nodes on all nodes?', options, 'nothing was written')
    whenOutputCloses('go on')
    const text = homeNodesText(view.homes)
    const written = await visit(
      (cluster) => interruptible(({ signal }) => writeHomeNodes(cluster, text, signal)),
      'Writing home_nodes:',
    )
    process.stdout.write(writtenText(written.map(({ pnn, path, problem }) => ({ pnn, path, why: problem?.message }))))
    if (written.some(({ path }) => path === undefined)) process.exitCode = EXIT_STATUS.failure
  })
  return undefined
}
