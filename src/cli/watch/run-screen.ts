import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { LogFollower } from '../../operations/logs/log-follower.ts'
import { type LogEntry, shortLogLine } from '../../sim/log/entry.ts'
import { visible } from '../../ui/visible.ts'
import type { LogLine, Message } from '../../ui/watch/model/model.ts'
import { actionText } from '../../ui/watch/update/cluster-action.ts'
import { exitWithoutCleanup } from '../interruptible.ts'
import type { UserDialog } from '../open-remote.ts'
import { whenOutputCloses } from '../output.ts'
import { showProgress } from '../progress.ts'
import { onTerminationSignal } from '../signals.ts'
import { wantsSim } from '../sim-flags.ts'
import { timeContext } from '../time-context.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import { Actions } from './actions.ts'
import { type Listeners, type Watched, watch } from './cluster-watch.ts'
import { type EffectContext, runEffect } from './effects.ts'
import { openScreen } from './open-screen.ts'
import { Planner } from './planner.ts'
import { recordedWatch } from './recorded-watch.ts'
import { intervalMsOf, type WatchOptions, watchTitle, whyReadOnly } from './settings.ts'

/**
 * Shows a cluster on the whole terminal, until the user quits or a signal ends it. A running action is then cancelled and cleans up.
 * @throws CtdbtsError when the cluster cannot be reached at the start; later, the screen shows that.
 */
export async function runScreen(options: WatchOptions): Promise<void> {
  const screen = new ScreenSession(options)
  await screen.run()
}

class ScreenSession {
  private readonly options: WatchOptions
  /** Messages that arrived before the screen was opened. */
  private readonly queued: Message[] = []
  private dispatch = (message: Message): void => void this.queued.push(message)
  private stopProgress = () => {}
  private isOpen = false

  constructor(options: WatchOptions) {
    this.options = options
  }

  async run(): Promise<void> {
    const onResumed = (text: string) => this.tell(text, false)
    await recordedWatch(this.options, { onProblem: this.listeners.onProblem, onResumed }, (record) => this.watch(record))
  }

  private async watch(onObservation: Listeners['onObservation']): Promise<void> {
    using uncaught = new UncaughtErrors()
    this.showProgress()
    try {
      using watched = await watch(this.options, { ...this.listeners, onObservation }, this.dialog)
      // Before the screen is opened, so that errors of the first poll are plain errors, and passphrases can be asked for.
      await uncaught.orFail(watched.follower.firstSample)
      this.stopProgress()
      await this.show(watched, uncaught)
    } finally {
      this.stopProgress()
    }
  }

  private async show(watched: Watched, uncaught: UncaughtErrors): Promise<void> {
    using planner = new Planner()
    const { follower, sim, observe } = watched
    using logs = new LogFollower({
      cluster: () => follower.cluster,
      snapshot: () => watched.state.snapshot,
      fromLocal: timeContext(Date.now()).fromLocal,
      onLines: (lines) =>
        this.dispatch({ kind: 'logged', lines: lines.map((line) => logLine(line, `node${line.pnn} ${line.text}`)) }),
    })
    const actions = new Actions(() => anyoneOf(watched), observe, this.listeners.onProblem)
    const closing = Promise.withResolvers<void>()
    const context: EffectContext = {
      follower,
      sim,
      observe,
      planner,
      logs,
      actions,
      dispatch: (message) => this.dispatch(message),
      quit: closing.resolve,
    }
    const stopListening = onTerminationSignal((signal, exitStatus) => {
      process.exitCode = exitStatus
      if (!this.isOpen) exitWithoutCleanup(signal, exitStatus, actions.leftBehind)
      closing.resolve()
    })
    // A lost terminal must not end the program before a running action has cleaned up.
    whenOutputCloses('go on')
    const terminal = await openScreen(this.options, {
      beginning: this.beginning,
      onEffect: (effect, model) => runEffect(effect, model, context),
    })
    this.isOpen = true
    this.dispatch = (message) => terminal.dispatch(message)
    for (const message of this.queued.splice(0)) terminal.dispatch(message)
    try {
      await uncaught.orFail(Promise.race([closing.promise, terminal.closed]))
    } finally {
      this.isOpen = false
      await terminal.close()
      await endActions(actions)
      stopListening()
    }
  }

  private get beginning() {
    return {
      title: watchTitle(this.options),
      isSimulated: wantsSim(this.options),
      readsLogs: !wantsSim(this.options),
      readOnly: whyReadOnly(this.options),
      intervalMs: intervalMsOf(this.options),
    }
  }

  private readonly listeners: Listeners = {
    onState: (state: ClusterState, entries: readonly TimelineEntry[]) =>
      this.dispatch({ kind: 'observed', nowMs: Date.now(), cluster: state, entries }),
    onLog: (entry: LogEntry) => this.dispatch({ kind: 'logged', lines: [logLine(entry, shortLogLine(entry))] }),
    onProblem: ({ message }: CtdbtsError) => this.tell(message, true),
  }

  /** While the screen is open, it shows messages, and cannot ask for anything. */
  private readonly dialog: UserDialog = {
    whileAsking: async (ask) => {
      if (this.isOpen)
        throw new CtdbtsError('NOBODY_TO_ASK', 'cannot ask for a passphrase while the watch has the screen', {
          hint: 'start the watch again, or add the key to an agent',
        })
      this.stopProgress()
      try {
        return await ask()
      } finally {
        this.showProgress()
      }
    },
    notify: (text) => {
      if (this.isOpen) this.tell(text, false)
      else process.stderr.write(`ctdbts: ${visible(text)}\n`)
    },
  }

  private tell(text: string, failed: boolean): void {
    this.dispatch({ kind: 'reported', text, failed, nowMs: Date.now() })
  }

  private showProgress(): void {
    const clear = showProgress('Reading all nodes:')
    this.stopProgress = () => {
      clear()
      this.stopProgress = () => {}
    }
  }
}

const logLine = ({ pnn, atMs }: Omit<LogLine, 'text'>, text: string): LogLine => ({
  pnn,
  atMs,
  text: `${localTime(new Date(atMs), new Date())} ${text}`,
})

function anyoneOf({ follower: { cluster } }: Watched) {
  if (cluster) return cluster.anyone
  throw new CtdbtsError('NO_WAY', 'no node can be reached')
}

/** Cancels a running action after the user has quit, as it may have disabled something. If it fails, so does the program. */
async function endActions(actions: Actions): Promise<void> {
  const { running } = actions
  if (!running) return
  process.stderr.write(`ctdbts: cancelling: ${actionText(running)}; press Ctrl-C to end at once\n`)
  const ended = await actions.end()
  if (!ended) return
  process.stderr.write(`ctdbts: ${visible(ended.text)}\n`)
  if (ended.failed) process.exitCode ||= EXIT_STATUS.failure
}
