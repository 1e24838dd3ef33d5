import { counted } from '../lib/plural.ts'
import { Cluster } from '../operations/reach/cluster.ts'
import { openWays } from './open-cluster.ts'
import type { WhileAsking } from './open-remote.ts'
import { type Doing, showProgress } from './progress.ts'
import { type GlobalOptions, limitRunTime, timeoutMsOf } from './run-options.ts'
import type { SimOptions } from './sim-flags.ts'

/**
 * Connects to all nodes for the time of `use`, and enforces the time limits.
 * @param doing what a terminal shows meanwhile.
 * @throws CtdbtsError when no node can be reached, or none says which nodes there are.
 */
export type Visit = <T>(use: (cluster: Cluster) => Promise<T>, doing?: Doing) => Promise<T>

/**
 * Finds the ways to the cluster that the options name. It can be visited more than once; SSH connections are kept in between.
 * @throws CtdbtsError for invalid options.
 */
export async function withWays<T>(options: GlobalOptions & SimOptions, use: (visit: Visit) => Promise<T>): Promise<T> {
  let clear = () => {}
  const stopShowing = () => {
    clear()
    clear = () => {}
  }
  // There is room for one line: that of a visit within another takes its place.
  const show = (doing: Doing) => {
    stopShowing()
    // The lines of -v would come in between.
    if (!options.verbose) clear = showProgress(doing)
  }
  const whileAsking: WhileAsking = async (ask) => {
    stopShowing()
    try {
      return await ask()
    } finally {
      show(DOING)
    }
  }
  const ways = await openWays(options, timeoutMsOf(options), { whileAsking })
  const visit: Visit = async (work, doing = DOING) => {
    const stopTimer = limitRunTime(options)
    show(doing)
    try {
      using cluster = await Cluster.open(ways.options)
      return await work(cluster)
    } finally {
      stopShowing()
      stopTimer()
    }
  }
  try {
    return await use(visit)
  } finally {
    stopShowing()
    if (options.verbose) reportConnections(ways.opened())
    ways.close()
  }
}

const DOING = 'Reading all nodes:'

/** Connects once to all nodes of the cluster that the options name. */
export const withCluster = <T>(options: GlobalOptions & SimOptions, use: (cluster: Cluster) => Promise<T>): Promise<T> =>
  withWays(options, (visit) => visit(use))

function reportConnections(opened: number): void {
  if (opened > 0) process.stderr.write(`ctdbts: ${counted(opened, 'SSH connection', 'SSH connections')} opened\n`)
}
