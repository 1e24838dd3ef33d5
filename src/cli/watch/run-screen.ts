import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import { type LogEntry, shortLogLine } from '../../lib/log/entry.ts'
import type { Story } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { visible } from '../../ui/visible.ts'
import type { Beginning } from '../../ui/watch/begin.ts'
import { actionText } from '../../ui/watch/edits.ts'
import type { Message } from '../../ui/watch/model.ts'
import { Bugs } from '../bugs.ts'
import { showProgress } from '../confirm.ts'
import { onEndingSignal } from '../ending-signals.ts'
import { endImpatiently } from '../interruptible.ts'
import type { Talk } from '../open-ssh.ts'
import { whenOutputCloses } from '../output.ts'
import { wantsSim } from '../sim-flags.ts'
import { Actions } from './actions.ts'
import { carryOut, type World } from './effects.ts'
import { Planner } from './planner.ts'
import { intervalMsOf, titleOf, type WatchOptions, whyReadOnly } from './settings.ts'
import { themeOf } from './terminal-kind.ts'
import { type Listeners, type Watched, watch } from './watched.ts'

/**
 * Shows a cluster on the whole terminal, until the user quits or a signal ends it. What he has begun is ended in good order then.
 * @throws CtdbtsError when the cluster cannot be reached in the first place; later that is shown.
 */
export async function runScreen(options: WatchOptions): Promise<void> {
  const screen = new Screen(options)
  await screen.run()
}

class Screen {
  private readonly options: WatchOptions
  /** Messages for the time when there is something to show them on. */
  private readonly early: Message[] = []
  private dispatch = (message: Message): void => void this.early.push(message)
  private stopShowing = () => {}
  private isOpen = false

  constructor(options: WatchOptions) {
    this.options = options
  }

  async run(): Promise<void> {
    using bugs = new Bugs()
    this.showProgress()
    try {
      using watched = await watch(this.options, this.listeners, this.talk)
      // Before the screen is taken: what is wrong with the very first look is said plainly, and passphrases are asked for.
      await bugs.orFail(watched.follower.firstLook)
      this.stopShowing()
      await this.show(watched, bugs)
    } finally {
      this.stopShowing()
    }
  }

  private async show(watched: Watched, bugs: Bugs): Promise<void> {
    const { beginModel, openTerminal, settleSize, update } = await import('../../ui/watch/terminal-ui.ts')
    using planner = new Planner()
    const { follower, sim, observe } = watched
    const actions = new Actions(() => anyoneOf(watched), observe, this.listeners.onProblem)
    const closing = Promise.withResolvers<void>()
    const world: World = {
      follower,
      sim,
      observe,
      planner,
      actions,
      dispatch: (message) => this.dispatch(message),
      quit: closing.resolve,
    }
    const stopHearing = onEndingSignal((signal, exitStatus) => {
      process.exitCode = exitStatus
      if (!this.isOpen) endImpatiently(signal, exitStatus, actions.leaves)
      closing.resolve()
    })
    // A terminal that is gone must not end the program before what is under way has cleaned up.
    whenOutputCloses('go on')
    const { stdin, stdout, env } = process
    settleSize(stdout, env)
    const terminal = openTerminal({
      first: beginModel(this.beginning),
      update,
      onEffect: (effect, model) => carryOut(effect, model, world),
      stdin,
      stdout,
      theme: themeOf(this.options, stdout, env),
    })
    this.isOpen = true
    this.dispatch = (message) => terminal.dispatch(message)
    for (const message of this.early.splice(0)) terminal.dispatch(message)
    try {
      await bugs.orFail(Promise.race([closing.promise, terminal.closed]))
    } finally {
      this.isOpen = false
      await terminal.close()
      await endActions(actions)
      stopHearing()
    }
  }

  private get beginning(): Beginning {
    const { columns, rows } = process.stdout
    return {
      title: titleOf(this.options),
      isSimulated: wantsSim(this.options),
      readOnly: whyReadOnly(this.options),
      intervalMs: intervalMsOf(this.options),
      size: { columns, rows },
      nowMs: Date.now(),
    }
  }

  private readonly listeners: Listeners = {
    onStory: (story: Story, entries: readonly TimelineEntry[]) =>
      this.dispatch({ kind: 'observed', nowMs: Date.now(), story, entries }),
    onLog: (entry: LogEntry) => {
      const time = localTime(new Date(entry.atMs), new Date())
      this.dispatch({ kind: 'logged', lines: [`${time} ${shortLogLine(entry)}`] })
    },
    onProblem: ({ message }: CtdbtsError) => this.tell(message, true),
  }

  /** Once the screen is taken nobody can be asked on it, and what is said is said there. */
  private readonly talk: Talk = {
    undisturbed: async (ask) => {
      if (this.isOpen)
        throw new CtdbtsError('NOBODY_TO_ASK', 'a passphrase is wanted, and the watch has the screen', {
          hint: 'start it again, or put the key into an agent',
        })
      this.stopShowing()
      try {
        return await ask()
      } finally {
        this.showProgress()
      }
    },
    say: (text) => {
      if (this.isOpen) this.tell(text, false)
      else process.stderr.write(`ctdbts: ${visible(text)}\n`)
    },
  }

  private tell(text: string, failed: boolean): void {
    this.dispatch({ kind: 'told', text, failed, nowMs: Date.now() })
  }

  private showProgress(): void {
    const clear = showProgress('Looking at all nodes:')
    this.stopShowing = () => {
      clear()
      this.stopShowing = () => {}
    }
  }
}

function anyoneOf({ follower: { cluster } }: Watched) {
  if (cluster) return cluster.anyone
  throw new CtdbtsError('NO_WAY', 'no node can be reached')
}

/** The user has quit; what he had agreed to may still have something switched off. When it was cut off, the program has failed. */
async function endActions(actions: Actions): Promise<void> {
  const { underWay } = actions
  if (!underWay) return
  process.stderr.write(`ctdbts: ending what is under way (${actionText(underWay)}); Ctrl-C ends it at once\n`)
  const ended = await actions.end()
  if (!ended) return
  process.stderr.write(`ctdbts: ${visible(ended.text)}\n`)
  if (ended.failed) process.exitCode ||= EXIT_STATUS.failure
}
