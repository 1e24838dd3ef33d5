import { ARGUMENT_KINDS } from '../../sim/world/command-arguments.ts'
import { SIM_COMMANDS, usageOf } from '../../sim/world/commands.ts'
import type { NodeOverview } from '../../sim/world/overview.ts'
import { type Paint, table } from '../../ui/table.ts'

/** How to reach a served node, for its line in the introduction. */
interface Reachable {
  readonly pnn: number
  readonly socketPath: string
  readonly ssh?: { readonly host: string; readonly port: number }
  readonly namespace?: string
}

/** Describes a served cluster and how to use it; `ready` comes last. */
export function simIntroduction(title: string, nodes: readonly Reachable[], sshConfigPath: string | undefined): string {
  const lines = nodes.map(({ pnn, socketPath, ssh, namespace }) =>
    [
      `node ${pnn}`,
      socketPath,
      ...(ssh ? [`ssh ${ssh.host}:${ssh.port}`] : []),
      ...(namespace ? [`netns ${namespace}`] : []),
    ].join('  '),
  )
  const [first] = nodes
  const base = first?.socketPath.replace(/\/run\/ctdbd\.socket$/, '')
  const uses = first
    ? [
        `  CTDB_SOCKET=${first.socketPath} ctdbts status`,
        `  CTDB_TEST_MODE=1 CTDB_BASE=${base} CTDB_SOCKET=${first.socketPath} ctdb status   # Debian's ctdb`,
        ...(sshConfigPath
          ? [`  ctdbts verify --ssh-config ${sshConfigPath} --host node0`, `  ssh -F ${sshConfigPath} root@node0 ip -j addr`]
          : []),
      ]
    : []
  return [title, ...lines, 'Try:', ...uses, 'ready', ''].join('\n')
}

/** Help for all commands of the prompt and of scenarios, or for one. Undefined when there is none of that name. */
export function simHelp(name?: string): string | undefined {
  const own = name === undefined ? 'help [COMMAND], show, quit: at the prompt only\n' : ''
  const shown = name === undefined ? SIM_COMMANDS : SIM_COMMANDS.filter((command) => command.name === name)
  if (shown.length === 0) return undefined
  const width = Math.max(...shown.map((command) => usageOf(command).length))
  const lines = shown.map((command) => `${usageOf(command).padEnd(width)}  ${command.summary}`)
  const kinds = [...new Set(shown.flatMap(({ takes }) => takes))].map((kind) => `  ${kind}: ${ARGUMENT_KINDS[kind]}`)
  return own + [...lines, ...kinds, ''].join('\n')
}

/** An overview of the cluster, with what no single daemon knows: whether daemons and kernels agree. */
export function simOverview(nodes: readonly NodeOverview[], paint: Paint): string {
  return table(
    ['Node', 'State', 'Flags', 'Owns', 'Kernel holds'],
    nodes.map((node) => [
      `${node.pnn}${node.isLeader ? ' leader' : ''}`,
      stateText(node, paint),
      node.flags === undefined ? '' : paint(node.flags === 'OK' ? 'good' : 'bad', node.flags),
      node.owns.join('\n'),
      holdsText(node, paint),
    ]),
  )
}

function stateText({ state, runState }: NodeOverview, paint: Paint): string {
  if (state !== 'runs') return paint('bad', state)
  return runState === 'RUNNING' ? paint('good', state) : paint('bad', runState ?? state)
}

/** The addresses in a node's kernel. Only on a running node do they have to be those that it owns. */
function holdsText({ state, owns, holds }: NodeOverview, paint: Paint): string {
  const agrees = owns.length === holds.length && owns.every((address) => holds.includes(address))
  if (agrees || state !== 'runs') return holds.join('\n')
  return paint('bad', [...holds, '(not what it owns)'].join('\n'))
}
