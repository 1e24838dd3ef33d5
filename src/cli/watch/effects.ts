import { CtdbtsError } from '../../lib/errors.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import type { Follower } from '../../transport/reach/follower.ts'
import type { SimCluster } from '../../transport/serve/sim-cluster.ts'
import { newestStory } from '../../ui/watch/held.ts'
import type { ClusterAction, Effect, Message, Model } from '../../ui/watch/model.ts'
import type { Actions } from './actions.ts'
import { broken } from './broken.ts'
import { exportTimeline } from './export-timeline.ts'
import type { Planner } from './planner.ts'

/** What a screen acts upon, and what tells it how that went. */
export interface World {
  readonly follower: Pick<Follower, 'lookNow' | 'setInterval' | 'pause' | 'resume'>
  /** The embedded cluster, where there is one. */
  readonly sim: Pick<SimCluster, 'carryOut'> | undefined
  readonly planner: Planner
  readonly actions: Actions
  readonly observe: (observation: Observation) => void
  readonly dispatch: (message: Message) => void
  readonly quit: () => void
}

/** Does what a model wants of the world. Never throws: what goes wrong is told. */
export function carryOut(effect: Effect, model: Model, world: World): void {
  switch (effect.kind) {
    case 'quit':
      world.quit()
      break
    case 'look':
      world.follower.lookNow()
      break
    case 'poll':
      poll(effect, world)
      break
    case 'plan':
      void plan(effect, world)
      break
    case 'act':
      void act(effect.action, world)
      break
    case 'end':
      // How it ends is told where it was begun.
      void world.actions.end()
      break
    case 'break':
      attempt(world, () => breakIt(effect.line, model, world))
      break
    case 'export':
      attempt(world, () => write(effect))
  }
}

function poll({ intervalMs, isPaused }: Extract<Effect, { kind: 'poll' }>, { follower }: World): void {
  follower.setInterval(intervalMs)
  if (isPaused) follower.pause()
  else follower.resume()
}

async function plan(
  { question, edits, snapshot }: Extract<Effect, { kind: 'plan' }>,
  { planner, dispatch }: World,
): Promise<void> {
  const planned = snapshot
    ? await planner.ask({ now: snapshot, edits })
    : ({ state: 'failed', why: 'nothing was seen of the cluster yet' } as const)
  if (planned) dispatch({ kind: 'planned', question, planned })
}

async function act(action: ClusterAction, { actions, dispatch, follower }: World): Promise<void> {
  const ended = await actions.carryOut(action)
  dispatch({ kind: 'ended', ...ended, nowMs: Date.now() })
  follower.lookNow()
}

function breakIt(line: string, model: Model, { sim, observe, follower }: World): string {
  if (!sim) throw new CtdbtsError('NO_SIM', 'only an embedded cluster can be broken from here (--sim)')
  const observation = broken(line, newestStory(model).leader, Date.now())
  sim.carryOut(line)
  observe(observation)
  follower.lookNow()
  return `done: ${line}`
}

function write({ file, entries }: Extract<Effect, { kind: 'export' }>): string {
  exportTimeline(file, entries)
  return `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} written to ${file}`
}

/** Tells what came of something: what it returns, or why it failed. */
function attempt({ dispatch }: World, work: () => string): void {
  const tell = (text: string, failed: boolean) => dispatch({ kind: 'told', text, failed, nowMs: Date.now() })
  try {
    tell(work(), false)
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), true)
  }
}
