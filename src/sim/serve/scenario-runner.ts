import { CtdbtsError } from '../../lib/errors.ts'
import { carryOutLine } from '../world/commands.ts'
import type { ScenarioStep } from '../world/scenario.ts'
import type { World } from '../world/world.ts'
import type { SimCluster } from './sim-cluster.ts'

/**
 * Carries out the steps of a scenario in simulated time, as fast as possible.
 * @param untilMs milliseconds since the cluster was ready, to which the clock advances; the time of the last step unless given.
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
