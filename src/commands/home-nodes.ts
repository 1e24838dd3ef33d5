import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { fromFlag } from '../cli/options.ts'
import type { GlobalOptions } from '../cli/run-options.ts'
import { type SimOptions, simFlags, wantsSim } from '../cli/sim-flags.ts'
import { snapshotFrom } from '../cli/snapshot-file.ts'
import { homeNodesText, proposeHomes } from '../lib/allocation/home-proposal.ts'
import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { nodesAsNamed } from '../lib/cluster/node-list.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Snapshot } from '../lib/snapshot/snapshot.ts'
import { placeableAddresses, planHomes } from '../lib/takeover/home-plan.ts'
import { type HomesView, homesJson, homesText } from '../ui/home-nodes.ts'

export default class HomeNodes extends CtdbtsCommand {
  static override readonly group = 'addresses'
  static override summary = 'Propose a home_nodes file, and show what it changes'
  static override description =
    `Since CTDB 4.20, the deterministic algorithm (IPAllocAlgorithm = 0) reads home_nodes, a file beside public_addresses. It gives each address to the
node that this file names, whenever that node can host it. This command proposes such a file, and shows what the next takeover run would move with
it. Changes nothing without --write.

Spreads the addresses evenly over the nodes that know them, and moves as few as possible. With --zone, each zone gets the same number of addresses,
so that as few as possible move when a rack or a site fails. With --keep, all stay where they are.

--print prints only the file. Put it beside public_addresses on all nodes: the leader reads its own copy at each takeover run. --write does that,
after a question, if the machines of all nodes can be reached (--host). It does not request a takeover run. Exit status: 1 if a node did not get the file.`
  static override examples = [
    '<%= config.bin %> home-nodes --host node1',
    '<%= config.bin %> home-nodes --zone 0,1 --zone 2,3 --host node1',
    '<%= config.bin %> home-nodes --keep --print > home_nodes',
    '<%= config.bin %> home-nodes --write --host node1',
  ]
  static override flags = {
    ...fromFlag,
    ...simFlags,
    keep: Flags.boolean({ summary: 'Make the present owners the homes', exclusive: ['zone'] }),
    print: Flags.boolean({ summary: 'Print only the file', exclusive: ['json', 'write'] }),
    write: Flags.boolean({ summary: 'Write the file on all nodes, after a question', exclusive: ['from', 'json'] }),
    yes: Flags.boolean({ char: 'y', summary: 'With --write, do not ask', dependsOn: ['write'] }),
    zone: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PNN,…',
      summary: 'Nodes that fail together, such as a rack; once for each',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(HomeNodes)
    if (!flags.write) return await this.showProposal(flags, await this.current(flags))
    if (wantsSim(flags)) throw this.doesNotTake('--write together with --sim', 'write on a live cluster')
    const { proposeAndWrite } = await import('../cli/home-nodes.ts')
    return await proposeAndWrite(flags, (snapshot) => proposalFor(flags, snapshot))
  }

  private async current(flags: GlobalOptions & SimOptions & { from?: string | undefined }): Promise<Snapshot> {
    const saved = await snapshotFrom(flags, this.doesNotTake)
    if (saved) return saved
    const { withCluster } = await import('../cli/with-cluster.ts')
    return await withCluster(flags, (cluster) => cluster.sample())
  }

  private async showProposal(flags: GlobalOptions & ProposalOptions & { print: boolean }, snapshot: Snapshot): Promise<unknown> {
    const proposal = proposalFor(flags, snapshot)
    return await this.show(flags, {
      ctdb: () => (flags.print ? homeNodesText(proposal.homes) : homesText(proposal)),
      json: () => homesJson(proposal),
    })
  }
}

interface ProposalOptions {
  readonly keep: boolean
  readonly zone?: readonly string[] | undefined
}

/** @throws CtdbtsError as {@link zonesIn}; NO_PUBLIC_ADDRESSES. */
function proposalFor({ keep, zone }: ProposalOptions, snapshot: Snapshot): HomesView {
  const zones = zone && zonesIn(zone, snapshot.nodes)
  const addresses = placeableAddresses(snapshot)
  if (addresses.length === 0) throw new CtdbtsError('NO_PUBLIC_ADDRESSES', 'no node knows a public address')
  const homes = proposeHomes(addresses, { keep, ...(zones && { zones }) })
  return { addresses, homes, plan: planHomes(snapshot, homes) }
}

const badZone = (why: string): CtdbtsError =>
  new CtdbtsError('BAD_OPTION', `--zone: ${why}`, { hint: 'give the PNNs of its nodes, as in --zone 0,1 --zone 2,3' })

/** @throws CtdbtsError BAD_NODE_LIST, NO_SUCH_NODE, BAD_OPTION. */
function zonesIn(texts: readonly string[], nodes: readonly { readonly pnn: Pnn }[]): Pnn[][] {
  const zones = texts.map((text) => nodesAsNamed(nodes, text, UNKNOWN_PNN).map(({ pnn }) => pnn))
  if (zones.some((zone) => zone.length === 0)) throw badZone('it names no node')
  const twice = zones.flat().find((pnn, index, all) => all.indexOf(pnn) !== index)
  if (twice !== undefined) throw badZone(`node ${twice} is named twice`)
  return zones
}
