import type { Pnn } from '../../lib/cluster/node.ts'
import { readFactsCommand } from '../../lib/host/facts-script.ts'
import { GUARD_SCRIPT, GUARD_STARTED } from '../../lib/host/guard-script.ts'
import { readLogCommand } from '../../lib/host/log-script.ts'
import { RELAY_SCRIPT } from '../../lib/host/relay-script.ts'
import { type PrintedSection, renderSections } from '../../lib/host/sections.ts'
import { CTDB_BASE } from '../../lib/host/shell-parts.ts'
import { SHELL_STATUS } from '../../lib/shell-status.ts'
import { NODES_FILE, PUBLIC_ADDRESSES_FILE, type SimNode } from '../world/sim-node.ts'
import type { World } from '../world/world.ts'
import { connectionsOf, connectionsText } from './connections.ts'
import { logAnswer } from './node-logs.ts'
import { promised } from './promised.ts'
import { seenLock } from './seen-lock.ts'
import type { SimCluster } from './sim-cluster.ts'
import type { CommandResult, RunCommand } from './ssh-commands.ts'

/** The commands of a simulated node: those that read its kernel and its files. Throws when the node has no power. */
export function commandsOf(cluster: SimCluster, pnn: Pnn): RunCommand {
  const node = cluster.world.nodes[pnn]
  const output = (stdout: string): CommandResult => ({ stdout, stderr: '', status: 0 })
  const run: RunCommand = async (argv) => {
    const line = argv.join(' ')
    if (!node) return undefined
    if (!node.powered) throw new Error('the node has no power')
    if (/^ip -j (addr|address)( show)?$/.test(line)) return output(await promised(node.host.ipAddrJson()))
    const text = simpleAnswer(node, line)
    if (text !== undefined) return output(text)
    const answer = scriptAnswer(cluster, pnn, argv)
    if (answer) return answer
    const facts = readFactsCommand(argv)
    if (!facts) return undefined
    const kernel = { name: 'addresses', content: await promised(node.host.ipAddrJson()) }
    const rest = facts.extent !== 'kernel' ? filesOf(cluster.world, node, facts.base) : []
    return output(renderSections(facts.nonce, [kernel, ...rest]).toString())
  }
  return async (argv) => (argv[2] === GUARD_SCRIPT ? await guarded(run, argv.slice(4)) : await run(argv))
}

/** What our scripts but that for facts print; undefined for any other command. */
function scriptAnswer(cluster: SimCluster, pnn: Pnn, argv: readonly string[]): CommandResult | undefined {
  // The SSH server forwards existing sockets, so a relay is only requested when there is no socket.
  if (argv[0] === 'sh' && argv[2] === RELAY_SCRIPT) return { stdout: '', stderr: 'ctdbts-relay absent\n', status: 3 }
  const logs = readLogCommand(argv)
  return logs && { ...logAnswer(cluster.logs.textOf(pnn), logs), stderr: '' }
}

/** Runs a command as {@link GUARD_SCRIPT} does. There is nothing to guard: no command lasts. */
async function guarded(run: RunCommand, argv: readonly string[]): Promise<CommandResult> {
  const result = (await run(argv)) ?? { stdout: '', stderr: `sh: 1: ${argv[0]}: not found\n`, status: SHELL_STATUS.notFound }
  return { ...result, stderr: `${GUARD_STARTED}\n${result.stderr}` }
}

/** The output of a command that only prints a file or a version; undefined for any other command. */
function simpleAnswer({ files, config, version }: SimNode, line: string): string | undefined {
  switch (line) {
    case 'ctdb version':
      return `${version}\n`
    case `cat ${NODES_FILE}`:
      return files.nodes
    case `cat ${PUBLIC_ADDRESSES_FILE}`:
      return files.publicAddresses
    case `cat ${CTDB_BASE}/ctdb.conf`:
      return config
    default:
      return undefined
  }
}

/** Texts, each closed by a NUL. */
const closed = (texts: readonly string[]): string => texts.map((text) => `${text}\0`).join('')

/** The output of the facts command on a simulated node, without the section about its kernel. */
function filesOf(world: World, node: SimNode, givenBase: string): PrintedSection[] {
  const base = givenBase || CTDB_BASE
  const { files, config, tunables, version, pnn, daemon } = node
  const absent = (path: string, name: string): PrintedSection => {
    return { name, content: '', status: 1, said: `${path}: No such file or directory` }
  }
  const inBase = (name: string, file: string, content: string): PrintedSection =>
    base === CTDB_BASE ? { name, content } : absent(`${base}/${file}`, name)
  return [
    inBase('publicaddresses', 'public_addresses', files.publicAddresses),
    inBase('nodes', 'nodes', files.nodes),
    inBase('config', 'ctdb.conf', config),
    absent(`${base}/home_nodes`, 'homenodes'),
    inBase('scripts', 'events/legacy', `${base}/events/legacy/./10.interface.script\0`),
    { name: 'version', content: `${version}\n` },
    { name: 'services', content: '' },
    { name: 'lock', content: base === CTDB_BASE ? closed(seenLock(node)) : closed(['setting', '']) },
    { name: 'nonlocal', content: '0\n0\n' },
    { name: 'promote', content: closed(['all', 'default', 'lo', ...world.interfacesOf(pnn)].flatMap((name) => [name, '0'])) },
    { name: 'iptables', content: '-P INPUT ACCEPT\n' },
    { name: 'ip6tables', content: '-P INPUT ACCEPT\n' },
    { name: 'bonds', content: '' },
    { name: 'configured', content: '' },
    { name: 'hostname', content: `n${pnn}\n` },
    { name: 'connections', content: connectionsText(connectionsOf(world, pnn)) },
    ...(daemon ? [] : [inBase('tunables', 'ctdb.tunables', tunables), { name: 'tunablesd', content: '' }]),
  ]
}
