import { CtdbtsError } from '../../lib/errors.ts'
import { counted } from '../../lib/plural.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import type { Follower } from '../../operations/follow/follower.ts'
import type { LogFollower } from '../../operations/logs/log-follower.ts'
import type { SimCluster } from '../../sim/serve/sim-cluster.ts'
import { type ClusterAction, type Effect, type Message, type Model, newestState } from '../../ui/watch/model/model.ts'
import type { Actions } from './actions.ts'
import { exportTimeline } from './export-timeline.ts'
import type { Planner } from './planner.ts'
import { simObservation } from './sim-observation.ts'

/** What the effects of a screen act upon. `dispatch` reports their outcome to it. */
export interface EffectContext {
  readonly follower: Pick<Follower, 'sampleNow' | 'setInterval' | 'pause' | 'resume'>
  /** The embedded cluster, where there is one. */
  readonly sim: Pick<SimCluster, 'carryOut'> | undefined
  readonly planner: Planner
  readonly logs: Pick<LogFollower, 'turn'>
  readonly actions: Actions
  readonly observe: (observation: Observation) => void
  readonly dispatch: (message: Message) => void
  readonly quit: () => void
}

/** Carries out an effect of the reducer. Never throws: a failure is dispatched as a message. */
export function runEffect(effect: Effect, model: Model, context: EffectContext): void {
  switch (effect.kind) {
    case 'quit':
      context.quit()
      break
    case 'sample':
      context.follower.sampleNow()
      break
    case 'poll':
      poll(effect, context)
      break
    case 'plan':
      void plan(effect, context)
      break
    case 'act':
      void act(effect.action, context)
      break
    case 'cancel':
      // `act` reports how the action ends.
      void context.actions.end()
      break
    case 'break':
      attempt(context, () => breakIt(effect.line, model, context))
      break
    case 'logs':
      context.logs.turn(effect.isOn)
      break
    case 'export':
      writeTimeline(effect, context)
  }
}

function poll({ intervalMs, isPaused }: Extract<Effect, { kind: 'poll' }>, { follower }: EffectContext): void {
  follower.setInterval(intervalMs)
  if (isPaused) follower.pause()
  else follower.resume()
}

/** Plans, and dispatches the result. */
export async function plan(
  { request, edits, snapshot }: Extract<Effect, { kind: 'plan' }>,
  { planner, dispatch }: Pick<EffectContext, 'planner' | 'dispatch'>,
): Promise<void> {
  const planned = snapshot
    ? await planner.plan({ now: snapshot, edits })
    : ({ state: 'failed', why: 'the cluster has not been read yet' } as const)
  if (planned) dispatch({ kind: 'planned', request, planned })
}

async function act(action: ClusterAction, { actions, dispatch, follower }: EffectContext): Promise<void> {
  const ended = await actions.carryOut(action)
  dispatch({ kind: 'action-ended', ...ended, nowMs: Date.now() })
  follower.sampleNow()
}

function breakIt(line: string, model: Model, { sim, observe, follower }: EffectContext): string {
  if (!sim) throw new CtdbtsError('NO_SIM', 'only an embedded cluster can be broken from here (--sim)')
  const observation = simObservation(line, newestState(model).leader, Date.now())
  sim.carryOut(line)
  observe(observation)
  follower.sampleNow()
  return `Done: ${line}`
}

/** Exports the timeline, and dispatches how that ended. */
export function writeTimeline(
  { file, entries }: Extract<Effect, { kind: 'export' }>,
  context: Pick<EffectContext, 'dispatch'>,
): void {
  attempt(context, () => {
    exportTimeline(file, entries)
    return `Wrote ${counted(entries.length, 'entry', 'entries')} to ${file}`
  })
}

/** Reports what `work` returns, or why it failed. */
function attempt({ dispatch }: Pick<EffectContext, 'dispatch'>, work: () => string): void {
  const report = (text: string, failed: boolean) => dispatch({ kind: 'reported', text, failed, nowMs: Date.now() })
  try {
    report(work(), false)
  } catch (error) {
    report(error instanceof Error ? error.message : String(error), true)
  }
}
