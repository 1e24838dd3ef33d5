import { Cluster } from '../transport/reach/cluster.ts'
import { type GlobalOptions, limitRunTime, timeoutMsOf } from './base-command.ts'
import { showProgress } from './confirm.ts'
import { openWays } from './open-cluster.ts'
import type { Undisturbed } from './open-ssh.ts'
import type { SimOptions } from './sim-flags.ts'

/**
 * Goes to all nodes of the cluster that the options name, for the time of `use`, and keeps to the time limits.
 * @throws CtdbtsError when no node can be reached, or none says which nodes there are.
 */
export async function withCluster<T>(options: GlobalOptions & SimOptions, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const stopTimer = limitRunTime(options)
  // What -v tells would come in between.
  const start = () => (options.verbose ? () => {} : showProgress('Looking at all nodes:'))
  let done = start()
  const undisturbed: Undisturbed = async (ask) => {
    done()
    try {
      return await ask()
    } finally {
      done = start()
    }
  }
  try {
    const ways = await openWays(options, timeoutMsOf(options), undisturbed)
    try {
      using cluster = await Cluster.open(ways.options)
      return await use(cluster)
    } finally {
      if (options.verbose) tellConnections(ways.opened())
      ways.close()
    }
  } finally {
    done()
    stopTimer()
  }
}

function tellConnections(opened: number): void {
  if (opened > 0) process.stderr.write(`ctdbts: ${opened} SSH connection${opened === 1 ? '' : 's'} opened\n`)
}
