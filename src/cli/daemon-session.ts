import type { CtdbClient } from '../transport/client/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { openUnix } from '../transport/local/socket.ts'
import { wantsHost } from './host-flags.ts'
import { checkWhere, type GlobalOptions, limitRunTime, timeoutMsOf } from './run-options.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'
import { thisMachine } from './this-machine.ts'

/** A connection to the daemon that a command asks: that of this machine, of a host reached over SSH, or of an embedded cluster. */
export interface DaemonSession {
  readonly client: CtdbClient
  /** Its PNN, which is still being asked for. */
  readonly pnn: Promise<number>
  /** The machine that it runs on. */
  readonly host: () => Promise<HostAccess>
  /** Time limit for each answer. */
  readonly timeoutMs: number
}

/**
 * Connects to the daemon that the options name for the time of `use`, and enforces the time limits.
 * @throws CtdbtsError when it cannot be reached, or the options contradict each other; what `use` throws.
 */
export async function withDaemonSession<T>(
  options: GlobalOptions & SimOptions,
  use: (session: DaemonSession) => Promise<T>,
): Promise<T> {
  const stopTimer = limitRunTime(options)
  const timeoutMs = timeoutMsOf(options)
  try {
    const { client, pnn, host, close } = await open(options, timeoutMs)
    // The command awaits it later, or never.
    pnn.catch(() => {})
    try {
      return await use({ client, pnn, host, timeoutMs })
    } finally {
      close()
    }
  } finally {
    stopTimer()
  }
}

type OpenedSession = Omit<DaemonSession, 'timeoutMs'> & { readonly close: () => void }

async function open(options: GlobalOptions & SimOptions, timeoutMs: number): Promise<OpenedSession> {
  checkWhere(options)
  if (wantsHost(options)) {
    const { openHost } = await import('./open-host.ts')
    return await openHost(options, timeoutMs)
  }
  if (wantsSim(options)) {
    const { openSim } = await import('./open-sim.ts')
    const { client, host, close } = await openSim(options, timeoutMs)
    return {
      client,
      pnn: client.pnn(),
      host,
      close: () => {
        client.close()
        close()
      },
    }
  }
  const { client, pnn } = await openUnix({ socketPath: options.socket, timeoutMs }).catch(async (error: unknown) => {
    if (process.env.CTDB_TEST_MODE === undefined) throw error
    const { throwAsInTestMode } = await import('./unreachable-daemon.ts')
    return await throwAsInTestMode(error, options)
  })
  return { client, pnn, host: thisMachine, close: () => client.close() }
}
