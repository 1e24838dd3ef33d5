import { CtdbtsError } from '../../lib/errors.ts'
import { carryOutLine } from '../../lib/sim/commands.ts'
import type { ScenarioStep } from '../../lib/sim/scenario.ts'
import type { World } from '../../lib/sim/world.ts'
import type { SimCluster } from './sim-cluster.ts'

/**
 * Carries out the steps of a scenario in simulated time, as fast as that goes: until a moment, or the last of them.
 * @param untilMs milliseconds after the cluster was ready; the clock stands there afterwards.
 * @throws CtdbtsError BAD_COMMAND naming the line.
 */
export async function runSteps(
  cluster: SimCluster,
  steps: readonly ScenarioStep[],
  untilMs = steps.at(-1)?.atMs ?? 0,
): Promise<void> {
  const { clock } = cluster.world
  const readyMs = clock.nowMs
  for (const step of steps) {
    if (step.atMs > untilMs) break
    await cluster.advance(readyMs + step.atMs)
    carryOutStep(cluster.world, step)
  }
  await cluster.advance(readyMs + untilMs)
}

/** @throws CtdbtsError BAD_COMMAND naming the line. */
export function carryOutStep(world: World, { command, line }: ScenarioStep): void {
  try {
    carryOutLine(world, command)
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    throw new CtdbtsError(error.code, `line ${line} of the scenario (${command}): ${error.message}`)
  }
}
