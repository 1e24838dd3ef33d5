import { execFileSync } from 'node:child_process'
import { TmuxClient } from '../../test/support/tmux.ts'

/** A program in a terminal: what it is to show in the end, and how it is brought to that. */
export interface Session {
  readonly columns: number
  readonly rows: number
  /** For the shell. */
  readonly command: string
  readonly folder: string
  /** Keys in tmux's names; a pattern is waited for. */
  readonly steps: readonly (string | RegExp)[]
}

const LIMIT_MS = 30_000
/** Nothing but times changes for so long: the program has come to rest. */
const REST_MS = 3_000
let sessions = 0

/**
 * Runs a program in a terminal of its own (tmux).
 * @param isDone whether this is the screen to take, by default one that is at rest, but for its times.
 * @returns the screen with its escape sequences.
 * @throws if it does not show what is waited for.
 */
export async function screenOf(
  { columns, rows, command, folder, steps }: Session,
  isDone: (screen: string) => boolean = atRest(),
): Promise<string> {
  sessions += 1
  const server = `ctdbts-picture-${process.pid}-${sessions}`
  // With CI set, a watch has no screen.
  const settings = ['CI=', 'LANG=C.UTF-8', 'TERM=screen-256color', 'TZ=UTC'].flatMap((setting) => ['-e', setting])
  const script = `unset NO_COLOR FORCE_COLOR; ${command}; read -r end`
  execFileSync('tmux', [
    ...['-L', server, '-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows)],
    ...['-c', folder, ...settings, script],
  ])
  const client = new TmuxClient(server)
  const shows = async (holds: (screen: string) => boolean): Promise<void> => {
    const deadline = performance.now() + LIMIT_MS
    for (let screen = ''; client.isMidFrame || !holds(screen); screen = await client.run('capture-pane', '-p')) {
      if (performance.now() > deadline) throw new Error(`the screen is not as expected:\n${screen}`)
      await client.changed(100)
    }
  }
  try {
    for (const step of steps) {
      if (typeof step === 'string') await client.run('send-keys', step)
      else await shows((screen) => step.test(screen))
    }
    await shows(isDone)
    return await client.run('capture-pane', '-p', '-e')
  } finally {
    await client.killServer()
  }
}

/**
 * What a screen says without what differs between two runs: dates, times and durations, how many entries there are already, and the blanks that
 * depend on the lengths of these.
 */
export const withoutTimes = (screen: string): string =>
  screen
    .replaceAll(/\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/(?:at (?:most|least) )?(?:\d+(?:\.\d+)?–)?\d+(?:\.\d+)? m?s\b/g, 'DURATION')
    .replaceAll(/\d+ checks/g, 'CHECKS')
    .replaceAll(/( Timeline +)\d+/g, '$1COUNT')
    .replaceAll(/[ \u00a0]+/g, ' ')
    .trimEnd()

function atRest(): (screen: string) => boolean {
  let [last, sinceMs] = ['', performance.now()]
  return (screen) => {
    const seen = withoutTimes(screen)
    if (seen !== last) [last, sinceMs] = [seen, performance.now()]
    return performance.now() - sinceMs > REST_MS
  }
}
