import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { EventReport } from '../../lib/event/event-report.ts'
import type { EventRunRequest, EventStatusRequest } from '../../lib/wire/eventd.ts'
import { EVENTS_NOT_RUN } from '../../lib/wire/eventd.ts'
import { EventClient, scriptRun } from '../../transport/client/event-client.ts'
import { type HostAccess, machineOf } from '../../transport/host-access.ts'

/** The event daemon that is meant. */
export interface EventDaemon {
  readonly access: HostAccess
  readonly sockets: readonly string[]
  readonly timeoutMs: number
}

/**
 * Asks how the last run of an event went.
 * @throws CtdbtsError NO_EVENTD when no event daemon can be reached; and as EventClient.
 */
export async function eventReport(daemon: EventDaemon, request: EventStatusRequest): Promise<EventReport> {
  const { result, summary, scripts } = await withClient(daemon, (client) => client.status(request))
  return { ...request, result, summary, scripts: scripts.map(scriptRun) }
}

/**
 * Runs an event. When the signal aborts, nobody waits for its end any longer; the event daemon goes on.
 * @returns 0 or a positive errno value.
 * @throws CtdbtsError EVENTS_NOT_RUN from a simulated cluster; as {@link eventReport}; the signal's reason.
 */
export async function runEvent(daemon: EventDaemon, request: EventRunRequest, signal: AbortSignal): Promise<number> {
  return await withClient(daemon, async (client) => {
    const close = () => client.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      const result = await client.run(request)
      if (result === EVENTS_NOT_RUN) throw notRun(request)
      return result
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', close)
    }
  })
}

async function withClient<T>({ access, sockets, timeoutMs }: EventDaemon, use: (client: EventClient) => Promise<T>): Promise<T> {
  const stream = await access.connect(sockets).catch((error: unknown) => {
    if (!(error instanceof CtdbtsError)) throw error
    throw unreachable(error, sockets)
  })
  const client = new EventClient(stream, { peer: machineOf(access), timeoutMs })
  try {
    return await use(client)
  } finally {
    client.close()
  }
}

const notRun = ({ event }: EventRunRequest): CtdbtsError =>
  new CtdbtsError('EVENTS_NOT_RUN', `the event ${event} was not run: a simulated cluster does not run events by hand`, {
    hint: 'its nodes run events by themselves; see `event status` for the results',
  })

function unreachable(error: CtdbtsError, sockets: readonly string[]): CtdbtsError {
  return new CtdbtsError('NO_EVENTD', `cannot reach the event daemon: ${error.message}`, {
    hint: 'ctdbd starts and ends it; see `systemctl status ctdb`',
    exitStatus: ERRNO.EIO,
    ctdbText: {
      stderr: [`socket connect failed - ${sockets[0]}`, `Failed to initialize event client, ret=${ERRNO.EIO}`],
    },
    cause: error,
  })
}
