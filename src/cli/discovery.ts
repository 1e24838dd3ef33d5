import { CtdbtsError } from '../lib/errors.ts'
import { type FoundWay, foundWays } from '../lib/host/found-ways.ts'
import { passesOf } from '../transport/command/routes.ts'
import { discoverOn } from '../transport/host/discover.ts'
import { type HostAccess, type HostRoute, machineOf } from '../transport/host-access.ts'
import { localRoute } from '../transport/local/host.ts'
import { quoteWords } from '../transport/quote.ts'
import type { FoundOnHost } from '../ui/discovery.ts'
import { wantsHost } from './host-flags.ts'
import { showProgress } from './progress.ts'
import { wordsOfRun } from './remote-cluster.ts'
import { type GlobalOptions, limitRunTime, timeoutMsOf } from './run-options.ts'

/** Container tools may be slow: at least this long, in milliseconds. */
const LEAST_TIMEOUT_MS = 30_000
const MAX_BYTES = 2 << 20

interface Problem {
  readonly name: string
  readonly problem: CtdbtsError
}

/** What was found, and the errors of hosts that could not be searched, or have nothing. */
export interface Discovered {
  readonly found: readonly FoundOnHost[]
  readonly problems: readonly Problem[]
}

/** Looks for daemons on the hosts that the options name, or on this machine, all at the same time. */
export async function discover(options: GlobalOptions): Promise<Discovered> {
  const stopTimer = limitRunTime(options)
  const clear = options.verbose ? () => {} : showProgress('Looking for CTDB:')
  let close = () => {}
  try {
    const { entries, ...opened } = await openEntries(options)
    close = opened.close
    const results = await Promise.all(entries.map((entry) => searched(entry, options)))
    return {
      found: results.flatMap((result) => ('ways' in result ? result : [])),
      problems: results.flatMap((result) => ('problem' in result ? result : [])),
    }
  } finally {
    close()
    clear()
    stopTimer()
  }
}

async function openEntries(options: GlobalOptions): Promise<{ entries: readonly HostRoute[]; close: () => void }> {
  if (!wantsHost(options)) return { entries: [localRoute], close: () => {} }
  const { openHosts } = await import('./open-remote.ts')
  return await openHosts(options)
}

async function searched(entry: HostRoute, options: GlobalOptions): Promise<FoundOnHost | Problem> {
  try {
    const access = await entry.reach()
    const machine = machineOf(access)
    const timeoutMs = Math.max(timeoutMsOf(options), LEAST_TIMEOUT_MS)
    const discovery = await discoverOn(access, machine, { timeoutMs, maxBytes: MAX_BYTES })
    if (discovery.processes.some(({ mnt }) => mnt === '')) throw hiddenOn(machine)
    const ways = foundWays(discovery)
    if (ways.length === 0) throw nothingOn(machine, discovery.isRoot)
    if (options.run === undefined) return { host: isHere(access) ? undefined : entry.name, ways }
    const prefix = wordsOfRun(options.run)
    return { host: options.host ? entry.name : undefined, ways: ways.map((way) => behind(prefix, way)) }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return { name: entry.name, problem: error }
  }
}

/** A way that begins where a command leads. */
function behind(prefix: readonly [string, ...string[]], { network: _, run = [], ...way }: FoundWay): FoundWay {
  // A shell on the other side reads the words of the way, too.
  const words = passesOf(prefix) === 'line' ? run.map((word) => quoteWords([word])) : run
  // The kernel in front of the whole command is another one, so that it is read behind it.
  return { ...way, run: [...prefix, ...words] }
}

const isHere = (access: HostAccess): boolean => machineOf(access) === localRoute.name

const AS_ROOT = 'use sudo, or --sudo with --host'

const hiddenOn = (machine: string): CtdbtsError =>
  new CtdbtsError('NO_PERMISSION', `ctdbd runs on ${machine}, but only root can see where`, { hint: AS_ROOT })

const nothingOn = (machine: string, isRoot: boolean): CtdbtsError =>
  new CtdbtsError('NO_DAEMON', `no ctdbd runs on ${machine}, as far as can be seen${isRoot ? '' : ' without being root'}`, {
    hint: isRoot ? 'start CTDB there first: what does not run cannot be found' : AS_ROOT,
  })
