import { Cluster } from '../transport/reach/cluster.ts'
import { type GlobalOptions, limitRunTime, timeoutMsOf } from './base-command.ts'
import { showProgress } from './confirm.ts'
import { openWays } from './open-cluster.ts'
import type { Undisturbed } from './open-ssh.ts'
import type { SimOptions } from './sim-flags.ts'

/**
 * Goes to all nodes, for the time of `use`, and keeps to the time limits.
 * @param doing what a terminal shows meanwhile.
 * @throws CtdbtsError when no node can be reached, or none says which nodes there are.
 */
export type Visit = <T>(use: (cluster: Cluster) => Promise<T>, doing?: string) => Promise<T>

/**
 * Finds the ways to the cluster that the options name. It can be visited more than once; SSH connections are kept in between.
 * @throws CtdbtsError for options that cannot be.
 */
export async function withWays<T>(options: GlobalOptions & SimOptions, use: (visit: Visit) => Promise<T>): Promise<T> {
  let clear = () => {}
  const stopShowing = () => {
    clear()
    clear = () => {}
  }
  // There is room for one line: that of a visit within another takes its place.
  const show = (doing: string) => {
    stopShowing()
    // What -v tells would come in between.
    if (!options.verbose) clear = showProgress(doing)
  }
  const undisturbed: Undisturbed = async (ask) => {
    stopShowing()
    try {
      return await ask()
    } finally {
      show(DOING)
    }
  }
  const ways = await openWays(options, timeoutMsOf(options), { undisturbed })
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
    if (options.verbose) tellConnections(ways.opened())
    ways.close()
  }
}

const DOING = 'Looking at all nodes:'

/** Goes to all nodes of the cluster that the options name, once. */
export const withCluster = <T>(options: GlobalOptions & SimOptions, use: (cluster: Cluster) => Promise<T>): Promise<T> =>
  withWays(options, (visit) => visit(use))

function tellConnections(opened: number): void {
  if (opened > 0) process.stderr.write(`ctdbts: ${opened} SSH connection${opened === 1 ? '' : 's'} opened\n`)
}
