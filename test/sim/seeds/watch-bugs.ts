import type { SeededBug } from './bugs.ts'

/** A bug that is put into the timeline of a watch on purpose. */
export interface WatchBug extends Pick<SeededBug, 'name' | 'edits' | 'fromSeed'> {
  /** What the comparison with the world must say of it. */
  readonly caughtAs: RegExp
}

export const WATCH_BUGS: readonly WatchBug[] = [
  {
    name: 'an address is away only since its release was told',
    fromSeed: 10,
    edits: [
      {
        file: 'src/lib/watch/kernel-times.ts',
        from: 'hadMs: latest(times.hadMs, hadMs), goneMs: times.goneMs ?? (isGone ? goneMs : undefined)',
        to: 'hadMs: goneMs ?? latest(times.hadMs, hadMs), goneMs: isGone ? goneMs : undefined',
      },
    ],
    caughtAs: /was away for/,
  },
  {
    name: 'the time of an earlier absence is given for a later move',
    edits: [
      {
        file: 'src/lib/watch/kernel-times.ts',
        from: '  record.times = { ...record.times, ended: undefined }\n  if (ended.by !== to) return undefined\n',
        to: '',
      },
    ],
    caughtAs: /was away for/,
  },
  {
    name: 'a change that had its run explains the next one',
    edits: [
      {
        file: 'src/lib/watch/causes.ts',
        from: 'each.afterMs >= sinceMs && atMs - each.atMs',
        to: 'atMs - each.atMs',
      },
    ],
    caughtAs: /a takeover run started, because (node|link|the daemon)/,
  },
  {
    name: 'a request that had its run explains the next one',
    edits: [
      { file: 'src/lib/watch/run-requests.ts', from: 'each.atMs - sinceMs >= HEARD_LAG_MS && ', to: '' },
      { file: 'src/lib/watch/run-requests.ts', from: 'for (const each of this.latest.values()) each.isServed = true', to: '' },
    ],
    caughtAs: /asked for it/,
  },
  {
    name: 'a sample overrides what was told after it began',
    fromSeed: 235,
    edits: [
      {
        file: 'src/lib/watch/ownership.ts',
        from: 'return isReportedSince(record.reportedMs.get(pnn), beganMs)',
        to: 'return isReportedSince(record.reportedMs.get(pnn), beganMs + 1e9)',
      },
    ],
    caughtAs: /is said|was away/,
  },
  {
    name: 'what nobody owns any more is back',
    fromSeed: 12,
    edits: [
      {
        file: 'src/lib/watch/ownership.ts',
        from: 'if (isAbsent(trouble?.truth)) record.trouble = undefined\n    if (before',
        to: 'if (before',
      },
    ],
    caughtAs: /away/,
  },
  {
    name: 'an address leaves a node because its daemon was once started again',
    fromSeed: 200,
    edits: [
      {
        file: 'src/lib/watch/causes.ts',
        from: 'restart && restart.atMs === leftMs && (record.sinceMs ?? 0) < restart.afterMs',
        to: 'restart',
      },
    ],
    caughtAs: /because the daemon of node \d+ was started again/,
  },
  {
    name: 'what a node became after an address left it is why it left',
    fromSeed: 1396,
    edits: [
      {
        file: 'src/lib/watch/causes.ts',
        from: '!change || (change.afterMs <= leftMs && change.atMs - leftMs <= SOON_MS)',
        to: '!change || leftMs > 0',
      },
    ],
    caughtAs: /moved from node \d+ to node \d+, because node \d+ became/,
  },
  {
    name: 'how a node was before it took an address is why the address left it again',
    fromSeed: 2757,
    edits: [{ file: 'src/lib/watch/causes.ts', from: 'if (node.tookMs > node.seenMs) return undefined', to: '' }],
    caughtAs: /because node \d+ became BANNED/,
  },
  {
    name: 'a request that was held up is a new one',
    fromSeed: 1079,
    edits: [{ file: 'src/lib/watch/run-requests.ts', from: '!isServed && (receivers.has(by) || !isHeard(by))', to: '!isServed' }],
    caughtAs: /asked for it/,
  },
  {
    name: 'an address leaves a node because of the run state in which it always was',
    edits: [
      {
        file: 'src/lib/watch/node-causes.ts',
        from: 'if (isStarting(runState) && (flags',
        to: 'if (runState !== undefined && (flags',
      },
    ],
    caughtAs: /because node \d+ is in run state RUNNING/,
  },
  {
    name: 'an address leaves a node that is starting, though it left before',
    fromSeed: 250,
    edits: [
      {
        file: 'src/lib/watch/node-causes.ts',
        from: 'if (isStarting(runState) && (flags & INACTIVE_FLAGS) === 0) {',
        to: "if (runState === 'STARTUP' || (node.restart && isUnfit(flags))) {",
      },
    ],
    caughtAs: /because node \d+ is in run state/,
  },
  {
    name: 'an address leaves a node that has not reloaded its file',
    edits: [
      {
        file: 'src/lib/watch/node-causes.ts',
        from: 'known && !knownSet.has(address) ?',
        to: 'known && knownSet.size > 0 && address ?',
      },
    ],
    caughtAs: /because after a reload, node \d+ does not know it any more/,
  },
  {
    name: 'an address comes to a node that has not reloaded its file',
    edits: [
      {
        file: 'src/lib/watch/causes.ts',
        from: 'const known = record.knownSince.get(to)',
        to: 'const known = record.knownSince.get(to) ?? { atMs, afterMs: atMs }',
      },
    ],
    caughtAs: /because after a reload, node \d+ knows it/,
  },
  {
    name: 'an address is on another interface because a link was down that was up',
    edits: [
      {
        file: 'src/lib/watch/sample-addresses.ts',
        from: 'name === before && !linkUp)',
        to: 'name === before || linkUp)',
      },
    ],
    caughtAs: /moved from interface .*, because link/,
  },
]
