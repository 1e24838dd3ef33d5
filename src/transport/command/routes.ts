import { CtdbtsError } from '../../lib/errors.ts'
import type { HostAccess, HostRoute } from '../host-access.ts'
import { localHost } from '../local/host.ts'
import type { CommandMachine, CommandRoute } from '../running-command.ts'
import { PrefixedMachine, type PrefixOptions } from './prefixed-machine.ts'

/** What stands in a prefix for the name of a node. */
export const NODE_PLACEHOLDER = '{node}'

/** The machines on which the prefix runs, when that is not this one. */
interface OtherMachines {
  readonly entries: readonly CommandRoute[]
  readonly routeTo: (privateAddress: string, through: HostAccess) => CommandRoute
}

export interface CommandRouteOptions extends Pick<PrefixOptions, 'prefix' | 'sudo' | 'connectTimeoutMs' | 'onNotice'> {
  /** Names of the nodes to start with. Without any, the prefix leads to one node. */
  readonly nodes: readonly string[]
  /** Private address → the node's name in the prefix. */
  readonly names: Readonly<Record<string, string>>
  /** The machines of the nodes, over SSH; without them, the prefix runs on this machine. */
  readonly through?: OtherMachines | undefined
}

/** Routes to the nodes of a cluster through a command. */
export interface CommandRoutes {
  readonly entries: readonly HostRoute[]
  /** Absent when the prefix leads to one node only. */
  readonly routeTo?: (privateAddress: string, through: HostAccess) => HostRoute
}

/** Programs that hand their words to a shell on the other side, joined with blanks. */
const REMOTE_SHELLS = new Set(['ssh', 'rsh'])

/**
 * The routes through a command, which {@link NODE_PLACEHOLDER} in it leads to a certain node. Runs nothing yet.
 * @throws CtdbtsError USAGE for a name that begins with `-`.
 */
export function commandRoutes({ nodes, names, through, ...options }: CommandRouteOptions): CommandRoutes {
  const [program] = options.prefix
  const passes = REMOTE_SHELLS.has(program.split('/').at(-1) ?? '') ? 'line' : 'words'
  const machine = (from: CommandMachine, node: string) =>
    new PrefixedMachine({ ...options, from, passes, prefix: prefixFor(options.prefix, node) })
  if (through) {
    return {
      entries: through.entries.map(({ name, reach }) => ({ name, reach: async () => machine(await reach(), name) })),
      routeTo: (address, entry) => {
        // The entries are ours.
        const { name, reach } = through.routeTo(address, (entry as PrefixedMachine).from)
        return { name, reach: async () => machine(await reach(), name) }
      },
    }
  }
  // It would be an option of the program.
  const option = nodes.find((node) => node.startsWith('-'))
  if (option !== undefined) throw new CtdbtsError('USAGE', `${JSON.stringify(option)} is not the name of a node`)
  const toNode = (node: string): HostRoute => ({ name: node, reach: async () => machine(localHost(), node) })
  if (!options.prefix.some((word) => word.includes(NODE_PLACEHOLDER))) return { entries: [toNode(options.prefix.join(' '))] }
  return {
    entries: nodes.map(toNode),
    routeTo: (address) => toNode(names[address] ?? address),
  }
}

const prefixFor = ([program, ...words]: PrefixOptions['prefix'], node: string): [string, ...string[]] => [
  program,
  ...words.map((word) => word.replaceAll(NODE_PLACEHOLDER, node)),
]
