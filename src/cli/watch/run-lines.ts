import type { CtdbtsError } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import { type LogEntry, shortLogLine } from '../../lib/log/entry.ts'
import type { Story } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { jsonLine } from '../../ui/json.ts'
import { painter } from '../../ui/table.ts'
import { visible } from '../../ui/visible.ts'
import { entryJson } from '../../ui/watch/entry-json.ts'
import { entryLine } from '../../ui/watch/entry-line.ts'
import { stateJson } from '../../ui/watch/state-json.ts'
import { onEndingSignal } from '../ending-signals.ts'
import { wantsColour } from '../output.ts'
import { reportProblems } from '../report-error.ts'
import { lineWriter } from './line-writer.ts'
import { intervalMsOf, titleOf, type WatchOptions } from './settings.ts'
import { watch } from './watched.ts'

/** As wide as the kinds of entries. */
const kindCell = (kind: string): string => kind.padEnd('takeover-run'.length)

/** What is written of a watch. */
interface Words {
  begin(story: Story): string
  entry(entry: TimelineEntry): string
  log(entry: LogEntry): string
  /** So many lines are missing here. */
  leftOut(count: number): string
}

/**
 * Tells what happens in a cluster, one line each, until a signal ends it.
 * @throws CtdbtsError when the cluster cannot be reached in the first place; later that is one of the things that happen.
 */
export async function runLines(options: WatchOptions): Promise<void> {
  const words = options.json ? jsonWords : plainWords(options)
  const write = lineWriter(process.stdout, words.leftOut)
  const ended = Promise.withResolvers<void>()
  const stopHearing = onEndingSignal((_, exitStatus) => {
    process.exitCode = exitStatus
    ended.resolve()
  })
  let hasBegun = false
  const onStory = (story: Story, entries: readonly TimelineEntry[]) => {
    if (!hasBegun) write(words.begin(story))
    hasBegun = true
    for (const entry of entries) write(words.entry(entry))
  }
  const onLog = (entry: LogEntry) => {
    if (options.verbose && hasBegun) write(words.log(entry))
  }
  try {
    using watched = await watch(options, { onStory, onLog, onProblem: tellProblem })
    // Waited for, as its failure is ours; what it shows comes by `onStory`.
    await Promise.race([watched.follower.firstLook, ended.promise])
    await ended.promise
  } finally {
    stopHearing()
  }
}

function tellProblem(problem: CtdbtsError): void {
  process.exitCode = problem.exitStatus
  reportProblems([problem], 'own')
}

function plainWords(options: WatchOptions): Words {
  const paint = painter(wantsColour(process.stdout, process.env))
  return {
    begin: () => `Watching ${visible(titleOf(options))}, with a look every ${intervalMsOf(options) / 1000} s`,
    entry: (entry) => entryLine(entry, { now: new Date(), paint }),
    log: (entry) => `${localTime(new Date(entry.atMs), new Date())}   ${kindCell('log')} ${visible(shortLogLine(entry))}`,
    leftOut: (count) => {
      const now = new Date()
      return `${localTime(now, now)} ! ${kindCell('output')} lines missing here, as they were not read in time: ${count}`
    },
  }
}

const jsonWords: Words = {
  begin: (story) => jsonLine(stateJson(story)),
  entry: (entry) => jsonLine({ event: 'entry', ...entryJson(entry) }),
  log: ({ atMs, ...entry }) => jsonLine({ event: 'log', time: new Date(atMs).toISOString(), ...entry }),
  leftOut: (count) => jsonLine({ event: 'left-out', count }),
}
