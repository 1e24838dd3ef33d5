import { readFileSync, writeFileSync } from 'node:fs'
import { hasFlag, isActive, NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { NodeEditKind } from '../../../src/lib/takeover/what-if.ts'
import type { Lab } from '../harness/lab.ts'
import { pick, type Random } from './random.ts'
import { NotCarriedOut } from './settle.ts'

/** Something that happens to a node: a what-if, and how it comes true. */
export interface LabCourse {
  readonly kind: NodeEditKind
  readonly pnn: number
  /** A node that takes part in the cluster before and after it. */
  readonly witness: number
  /** The flags of the node after it. */
  readonly flags: number
  carryOut(): Promise<void>
}

/** The flag that a command sets or clears. */
const COMMANDS = {
  stop: NODE_FLAG.STOPPED,
  continue: NODE_FLAG.STOPPED,
  ban: NODE_FLAG.BANNED,
  unban: NODE_FLAG.BANNED,
  disable: NODE_FLAG.DISABLED,
  enable: NODE_FLAG.DISABLED,
} as const

const SETTERS = ['stop', 'ban', 'disable'] as const
const OPPOSITE = { stop: 'continue', ban: 'unban', disable: 'enable' } as const
/** What ends what the others began. Without them, the cluster would soon have one node, and nothing would move. */
const CURES: ReadonlySet<string> = new Set(['continue', 'unban', 'enable', 'start'])

/** Draws something that can happen in this state, and that leaves at least one node active. */
export function drawCourse(random: Random, lab: Lab, now: Snapshot): LabCourse {
  const possible = possibleCourses(lab, now)
  const cures = possible.filter(({ kind }) => CURES.has(kind))
  return pick(random, cures.length > 0 && random() < 0.5 ? cures : possible)
}

/** Everything that can happen in this state. */
export const possibleCourses = (lab: Lab, now: Snapshot): LabCourse[] =>
  now.nodeMap.flatMap(({ pnn, flags }) => coursesOf(lab, now, pnn, flags))

function coursesOf(lab: Lab, { nodeMap, nodes }: Snapshot, pnn: number, flags: number): LabCourse[] {
  const other = nodeMap.find((entry) => entry.pnn !== pnn && isActive(entry))?.pnn
  if (hasFlag({ flags }, NODE_FLAG.DISCONNECTED)) {
    if (other === undefined) return []
    return [{ kind: 'start', pnn, witness: other, flags: 0, carryOut: () => lab.startDaemon(pnn) }]
  }
  const commands = SETTERS.flatMap((setter): LabCourse[] => {
    const isSet = hasFlag({ flags }, COMMANDS[setter])
    // Only a node that is disabled stays active. It can be its own witness.
    const witness = other ?? (setter === 'disable' ? pnn : undefined)
    if (witness === undefined) return []
    const kind = isSet ? OPPOSITE[setter] : setter
    const words = kind === 'ban' ? ['ban', '600'] : [kind]
    const carryOut = () => ctdb(lab, witness, ...words, '-n', String(pnn))
    return [{ kind, pnn, witness, flags: flags ^ COMMANDS[setter], carryOut }]
  })
  // What nodes believe of a dead one differs after one of them was started again, so only one is dead at a time.
  if (other === undefined || nodeMap.some((entry) => hasFlag(entry, NODE_FLAG.DISCONNECTED))) return commands
  const known = nodes.find((facts) => facts.pnn === pnn)?.known?.map(({ address }) => address) ?? []
  const death: LabCourse = {
    kind: 'down',
    pnn,
    witness: other,
    flags: flags | NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY,
    carryOut: () => dieWithMachine(lab, pnn, new Set(known)),
  }
  return [...commands, death]
}

async function ctdb(lab: Lab, on: number, ...argv: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await lab.ctdb(on, ...argv)
  if (status !== 0) throw new NotCarriedOut(`ctdb ${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}

/**
 * Kills the daemon, and takes away the addresses that stay in the kernel, as the death of the machine does. An IPv6 address that stayed
 * there would keep the next owner from using it.
 */
async function dieWithMachine(lab: Lab, pnn: number, known: ReadonlySet<string>): Promise<void> {
  const held = await addressesOn(lab, pnn)
  lab.killDaemon(pnn)
  const gone = held.filter(({ address }) => known.has(address))
  const commands = gone.map(({ address, mask, interfaceName }) => `ip addr del ${address}/${mask} dev ${interfaceName}`)
  await lab.exec(pnn, ['sh', '-c', commands.join('; ') || 'true'])
}

/** The addresses in the kernel of a node. */
export async function addressesOn(
  lab: Lab,
  pnn: number,
): Promise<{ readonly address: string; readonly mask: string; readonly interfaceName: string }[]> {
  const lines = (await lab.must(pnn, 'ip', '-o', 'addr', 'show')).split('\n')
  return lines.flatMap((line) => {
    const [, interfaceName, address, mask] = /^\d+:\s+(\S+)\s+inet6?\s+([0-9a-f.:]+)\/(\d+)/.exec(line) ?? []
    if (interfaceName === undefined || address === undefined || mask === undefined) return []
    return [{ address, mask, interfaceName }]
  })
}

const fileOf = (lab: Lab, pnn: number): string => lab.path(pnn, 'etc/public_addresses')

/** The public addresses file of a node. */
export const readAddressFile = (lab: Lab, pnn: number): string => readFileSync(fileOf(lab, pnn), 'utf8')

export const writeAddressFile = (lab: Lab, pnn: number, text: string): void => writeFileSync(fileOf(lab, pnn), text)

/** A file with some of the lines of another one, and perhaps with an address of its own. */
export function otherFile(random: Random, text: string, pnn: number): string {
  const kept = text.replaceAll(/.*\n/g, (line) => (random() < 0.7 ? line : ''))
  return random() < 0.5 ? `${kept}10.99.1.${201 + pnn}/24 eth1\n` : kept
}

/** The snapshot, with the file of a node whose daemon is dead, as it is read from its machine. */
export function withFile(lab: Lab, now: Snapshot, pnn: number): Snapshot {
  const host = { reachedBy: 'its folder', daemonAnswers: false, publicAddressesFile: readAddressFile(lab, pnn) }
  return { ...now, nodes: now.nodes.map((facts): NodeFacts => (facts.pnn === pnn ? { ...facts, host } : facts)) }
}
