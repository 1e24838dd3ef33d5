import type { Pnn } from '../../lib/cluster/node.ts'
import type { ControlName, RequestOf } from '../../lib/wire/controls.ts'
import type { Ask } from '../daemon/ask.ts'
import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'

export interface RecoverOptions {
  /** The nodes that take part. */
  readonly active: readonly Pnn[]
  /** The new generation. */
  readonly generation: number
  readonly ask: Ask
  readonly program: Program
  readonly log: Log
  /** The time limit of each control. */
  readonly limitMs: number
  /** Recovers the databases. Returns the first node that did not take part. */
  databases(options: RecoverOptions): Process<Pnn | undefined>
}

/**
 * A recovery: all active nodes enter recovery mode, get the new VNN map and the same databases, and leave recovery mode.
 * @returns the first node that did not take part; undefined when all did.
 */
export function* recoverNodes(options: RecoverOptions): Process<Pnn | undefined> {
  const { active, generation, ask, program, log, limitMs } = options
  const onAll = function* <N extends ControlName>(name: N, request: RequestOf<N>): Process<Pnn | undefined> {
    const outcomes = yield* until(program.all(active.map((pnn) => ask(pnn, name, request, limitMs))))
    return active[outcomes.findIndex(({ ok }) => !ok)]
  }
  const steps: [() => Process<Pnn | undefined>, () => void][] = [
    [() => onAll('setRecoveryMode', 1), () => log('recovery', 'setRecoveryMode', 'ACTIVE')],
    [() => onAll('startRecovery', undefined), () => log('recovery', 'startEvent')],
    [() => onAll('setVnnMap', { generation, map: active }), () => log('recovery', 'updatedVnnMap')],
    [() => options.databases(options), () => {}],
    [() => onAll('setRecoveryMode', 0), () => log('recovery', 'setRecoveryMode', 'NORMAL')],
    [() => onAll('endRecovery', undefined), () => log('recovery', 'recoveredEvent')],
  ]
  for (const [step, done] of steps) {
    const failed = yield* step()
    if (failed !== undefined) return failed
    done()
  }
  return undefined
}
