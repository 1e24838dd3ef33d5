import * as Flags from '@oclif/core/flags'
import { CtdbtsCommand } from '../cli/base-command.ts'
import { fromFlag } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { readSnapshot } from '../cli/snapshot-file.ts'
import { homeNodesText, proposeHomes } from '../lib/allocation/home-proposal.ts'
import type { Pnn } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { placeableAddresses, planHomes } from '../lib/takeover/home-plan.ts'
import { homesJson, homesText } from '../ui/home-nodes.ts'

export default class HomeNodes extends CtdbtsCommand {
  static override readonly group = 'addresses'
  static override summary = 'Propose a home_nodes file, and show what it changes'
  static override description =
    `From 4.20 on, the deterministic algorithm (IPAllocAlgorithm = 0) gives each address to the node that home_nodes names, a file beside
public_addresses, whenever that node can host it. Proposes such a file, and shows what the next takeover run would move with it. Changes
nothing.

The addresses are evened out over the nodes that know them, and stay where they are as far as that allows. With --zone, each zone gets the
same number, so that as few as possible move when a rack or a site fails. With --keep, all stay where they are.

--print prints only the file, to be put beside public_addresses on all nodes: the leader reads its own at each takeover run.`
  static override examples = [
    '<%= config.bin %> home-nodes --host node1',
    '<%= config.bin %> home-nodes --zone 0,1 --zone 2,3 --host node1',
    '<%= config.bin %> home-nodes --keep --print > home_nodes',
  ]
  static override flags = {
    ...fromFlag,
    ...simFlags,
    keep: Flags.boolean({ summary: 'Make the present owners the homes', exclusive: ['zone'] }),
    print: Flags.boolean({ summary: 'Print only the file', exclusive: ['json'] }),
    zone: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PNN,…',
      summary: 'Nodes that fail together, such as a rack; once for each',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(HomeNodes)
    const zones = flags.zone && zonesIn(flags.zone)
    const { withCluster } = await import('../cli/with-cluster.ts')
    const snapshot =
      flags.from === undefined ? await withCluster(flags, (cluster) => cluster.sample()) : await readSnapshot(flags.from)
    const nodes = new Set(snapshot.nodes.map(({ pnn }) => pnn))
    const stranger = zones?.flat().find((pnn) => !nodes.has(pnn))
    if (stranger !== undefined) throw badZone(`there is no node ${stranger}`)
    const addresses = placeableAddresses(snapshot)
    if (addresses.length === 0) throw new CtdbtsError('NO_PUBLIC_ADDRESSES', 'no node knows a public address')
    const homes = proposeHomes(addresses, { keep: flags.keep, ...(zones && { zones }) })
    const view = { addresses, homes, plan: planHomes(snapshot, homes) }
    return await this.show(flags, {
      ctdb: () => (flags.print ? homeNodesText(homes) : homesText(view)),
      json: () => homesJson(view),
    })
  }
}

const badZone = (why: string): CtdbtsError =>
  new CtdbtsError('BAD_OPTION', `--zone: ${why}`, { hint: 'give the PNNs of its nodes, as in --zone 0,1 --zone 2,3' })

/** @throws CtdbtsError BAD_OPTION. */
function zonesIn(texts: readonly string[]): Pnn[][] {
  const zones = texts.map((text) => text.split(','))
  const words = zones.flat()
  const bad = words.find((word) => !/^\d{1,9}$/.test(word))
  if (bad !== undefined) throw badZone(`${JSON.stringify(bad)} is not a PNN`)
  const pnns = zones.map((zone) => zone.map(Number))
  const twice = pnns.flat().find((pnn, index, all) => all.indexOf(pnn) !== index)
  if (twice !== undefined) throw badZone(`node ${twice} is named twice`)
  return pnns
}
