import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { LogStore } from '../../lib/history/log-store.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import { findMachineLog } from '../../operations/logs/machine-log.ts'
import type { LogWishes } from '../../operations/logs/run-logs.ts'
import type { Cluster } from '../../operations/reach/cluster.ts'
import { Slots } from '../../transport/slots.ts'
import { bytesText } from '../../ui/bytes.ts'
import type { GlobalOptions } from '../run-options.ts'
import { type SimOptions, wantsSim } from '../sim-flags.ts'
import { withWays } from '../with-cluster.ts'
import { problemOf, unpacked } from './unpack.ts'

/** What was read, and what could not be. */
export interface FetchedLogs {
  readonly store: LogStore
  readonly problems: readonly CtdbtsError[]
  /** What is not read on purpose. */
  readonly notes: readonly string[]
}

/** Of so many nodes, logs are read at the same time. */
const AT_ONCE = 4
/** Reading logs has no limit of its own: in the end, the limit in bytes stops it. */
const DAY_S = 86_400

/**
 * Reads the logs of all nodes of the cluster that the options name. What is wrong with one does not keep the others from being read.
 * @throws CtdbtsError when no node can be reached, or none says which nodes there are.
 */
export async function fetchLogs(
  options: GlobalOptions & SimOptions,
  wishes: Omit<LogWishes, 'times'>,
  times: TimeSettings,
): Promise<FetchedLogs> {
  const fetching = new Fetching(times, { ...wishes, times })
  const isLimited = options.maxruntime || process.env.CTDB_TIMEOUT !== undefined
  const patient = { ...options, maxruntime: isLimited ? options.maxruntime : DAY_S }
  await withWays(patient, (visit) =>
    visit(
      (cluster) => fetching.from(cluster),
      () => fetching.progress,
    ),
  ).catch((error: unknown) => {
    throw wantsSim(options) || !(error instanceof CtdbtsError) ? error : withHint(error, options)
  })
  return fetching
}

/** Without arguments, the user may have expected something else than this machine. */
function withHint(error: CtdbtsError, { host, run }: GlobalOptions): CtdbtsError {
  if (host !== undefined || run !== undefined) return error
  return error.with({
    hint: 'name the logs (`ctdbts history node0.log node1.log`, `-` for standard input), or a node of the cluster with --host',
  })
}

class Fetching implements FetchedLogs {
  readonly store: LogStore
  readonly problems: CtdbtsError[] = []
  readonly notes: string[] = []
  private readonly wishes: LogWishes
  private bytes = 0

  constructor(times: TimeSettings, wishes: LogWishes) {
    this.store = new LogStore(times)
    this.wishes = wishes
  }

  get progress(): string {
    return `Reading the logs of all nodes, ${bytesText(this.bytes)} so far:`
  }

  async from(cluster: Cluster): Promise<void> {
    const reachable = cluster.present.filter((pnn) => cluster.hasRouteTo(pnn))
    if (reachable.length < cluster.present.length) {
      this.notes.push(`reading only the log of node ${reachable.join(', ')}: name a node with --host to read those of all nodes`)
    }
    const slots = new Slots(AT_ONCE)
    await Promise.all(reachable.map((pnn) => slots.run(() => this.node(cluster, pnn))))
  }

  private async node(cluster: Cluster, pnn: Pnn): Promise<void> {
    try {
      await this.read(cluster, pnn)
    } catch (error) {
      this.note(pnn, problemOf('its log', error))
    }
  }

  private note(pnn: Pnn, problem: CtdbtsError): void {
    const message = `node ${pnn}: ${problem.message}`
    // Once a connection has ended, every file says so.
    if (!this.problems.some((known) => known.message === message)) this.problems.push(problem.with({ message }))
  }

  private async read(cluster: Cluster, pnn: Pnn): Promise<void> {
    const machine = await cluster.examine(pnn)
    const { place, fromLocal, pieces, left } = await findMachineLog(machine, this.wishes)
    for (const what of left) this.notes.push(`node ${pnn}: ${what}`)
    const reader = this.store.open(`node ${pnn}: ${place}`, pnn, { fromLocal, hostname: machine.facts.hostname ?? '' })
    for (const { place: path, chunks } of pieces) {
      try {
        for await (const chunk of await unpacked(this.counted(chunks), path)) reader.push((chunk as Buffer).toString('latin1'))
      } catch (error) {
        this.note(pnn, problemOf(path, error))
      }
    }
    reader.end()
  }

  private async *counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length
      yield chunk
    }
  }
}
