import type { Effect, Message } from '../../ui/watch/model/model.ts'
import { showProgress } from '../progress.ts'
import { onTerminationSignal } from '../signals.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import { plan, writeTimeline } from '../watch/effects.ts'
import { openScreen } from '../watch/open-screen.ts'
import { Planner } from '../watch/planner.ts'
import type { ReplayOptions } from '../watch/settings.ts'
import { Player } from './player.ts'
import type { RecordingReplay } from './recording-replay.ts'

/** Shows a recording on the whole terminal, from the first moment on that can be shown, until the user quits or a signal ends it. */
export async function showReplay(replay: RecordingReplay, options: ReplayOptions): Promise<void> {
  using uncaught = new UncaughtErrors()
  const begun = Promise.withResolvers<void>()
  let refresh: () => void = begun.resolve
  const reading = replay.read(() => refresh())
  reading.catch(() => {})
  await begin(uncaught, Promise.race([begun.promise, reading]))

  using planner = new Planner()
  using player = new Player(replay, () => refresh())
  const closing = Promise.withResolvers<void>()
  const onEffect = (effect: Effect) => {
    if (effect.kind === 'quit') closing.resolve()
    else if (effect.kind === 'replay') player.move(effect.move)
    else if (effect.kind === 'plan') void plan(effect, { planner, dispatch })
    else if (effect.kind === 'export') writeTimeline(effect, { dispatch })
  }
  const stopListening = onTerminationSignal((_, exitStatus) => {
    process.exitCode = exitStatus
    closing.resolve()
  })
  const { title = '' } = replay.index.story.header ?? {}
  const terminal = await openScreen(options, {
    beginning: { title, isSimulated: false, readOnly: 'this is a recording', intervalMs: 0 },
    messages: [await player.shown()],
    onEffect,
  })
  function dispatch(message: Message): void {
    terminal.dispatch(message)
  }
  refresh = oneAtATime(async () => dispatch(await player.shown()), closing.reject)
  const ended = reading.then(() => {
    const text = [...replay.problems.map(({ message }) => message), ...replay.notes].join('; ')
    if (text !== '') dispatch({ kind: 'reported', text, failed: true, nowMs: Date.now() })
  })
  ended.catch(closing.reject)
  try {
    await uncaught.orFail(Promise.race([closing.promise, terminal.closed]))
  } finally {
    await terminal.close()
    stopListening()
  }
}

async function begin(uncaught: UncaughtErrors, begun: Promise<void>): Promise<void> {
  const stopShowing = showProgress('Reading the recording:')
  try {
    await uncaught.orFail(begun)
  } finally {
    stopShowing()
  }
}

/** Does something, once more if it was asked for meanwhile. */
function oneAtATime(work: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  let isDue = false
  let isBusy = false
  const run = async () => {
    isBusy = true
    while (isDue) {
      isDue = false
      await work()
    }
    isBusy = false
  }
  return () => {
    isDue = true
    if (!isBusy) run().catch(onFailure)
  }
}
