import type { Pnn } from '../../lib/cluster/node.ts'
import { parseSimCommand } from '../../lib/sim/commands.ts'
import type { Observation } from '../../lib/watch/observation.ts'

/**
 * What an embedded cluster was told to do, as the timeline has it.
 * @param leader for lines that name it so.
 * @throws CtdbtsError BAD_COMMAND for what is no line for it.
 */
export function broken(line: string, leader: Pnn | null | undefined, atMs: number): Observation {
  const { command, values } = parseSimCommand(line)
  const given = command.takes.map((kind, index) => ({ kind, value: values[index] ?? '' }))
  const nodes = given.filter(({ kind }) => kind === 'NODE' || kind === 'NODES').flatMap(({ value }) => value.split(','))
  const addresses = given.filter(({ kind }) => kind.startsWith('ADDRESS')).map(({ value }) => value.replace(/\/.*/, ''))
  const pnns = nodes.map((word) => (word === 'leader' ? (leader ?? Number.NaN) : Number(word))).filter(Number.isInteger)
  // A run that is asked for is no fault: nothing else needs to bring it about.
  const asked = { isFault: false, does: 'takeover-run' } as const
  return { kind: 'done', atMs, text: line, ...(command.name === 'run' ? asked : { isFault: true }), pnns, addresses }
}
