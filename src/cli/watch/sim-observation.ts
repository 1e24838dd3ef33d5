import type { Pnn } from '../../lib/cluster/node.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { parseSimCommand } from '../../sim/world/commands.ts'

/**
 * A command for the embedded cluster, as an observation for the timeline.
 * @param leader the node that `leader` in the line stands for.
 * @throws CtdbtsError BAD_COMMAND for an invalid line.
 */
export function simObservation(line: string, leader: Pnn | null | undefined, atMs: number): Observation {
  const { command, values } = parseSimCommand(line)
  const given = command.takes.map((kind, index) => ({ kind, value: values[index] ?? '' }))
  const nodes = given.filter(({ kind }) => kind === 'NODE' || kind === 'NODES').flatMap(({ value }) => value.split(','))
  const addresses = given.filter(({ kind }) => kind.startsWith('ADDRESS')).map(({ value }) => value.replace(/\/.*/, ''))
  const pnns = nodes.map((word) => (word === 'leader' ? (leader ?? Number.NaN) : Number(word))).filter(Number.isInteger)
  // A requested takeover run is not a fault: nothing else causes it.
  const requestedRun = { isFault: false, does: 'takeover-run' } as const
  return { kind: 'done', atMs, text: line, ...(command.name === 'run' ? requestedRun : { isFault: true }), pnns, addresses }
}
