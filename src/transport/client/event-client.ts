import type { Duplex } from 'node:stream'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError, EXIT_STATUS } from '../../lib/errors.ts'
import type { EventRun, ScriptRun } from '../../lib/snapshot/host-facts.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import {
  decodeEventStatus,
  type EventRunRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventRunRequest,
  encodeEventStatusRequest,
  measureEventFrame,
} from '../../lib/wire/eventd.ts'
import { FrameSplitter } from '../../lib/wire/frames.ts'
import { locationOf } from '../host-access.ts'
import { PendingRequests } from './pending-requests.ts'

/** The events that concern the start of a node, its health and its addresses. */
export const ADDRESS_EVENTS = ['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'] as const

/** The component with CTDB's own scripts. */
const COMPONENT = 'legacy'

/** The daemon's answer for an event that has not run since the daemon started. Measured with 4.17. */
const NEVER_RAN = ERRNO.EINVAL

/** More than scripts ever print. */
const MAX_FRAME_BYTES = 4 << 20

export interface EventClientOptions {
  /** Name of the other side for error messages: a host (`machineOf`). */
  readonly peer: string
  /** Time limit for each answer, in milliseconds. */
  readonly timeoutMs: number
}

/** A client of an event daemon over any duplex stream. Any number of requests may be pending at the same time. */
export class EventClient {
  private readonly stream: Duplex
  private readonly options: EventClientOptions
  private readonly frames = new FrameSplitter(measureEventFrame, MAX_FRAME_BYTES)
  private readonly requests = new PendingRequests<EventStatus>()
  private closedBy: CtdbtsError | undefined

  constructor(stream: Duplex, options: EventClientOptions) {
    this.stream = stream
    this.options = options
    stream.on('data', (chunk: Uint8Array) => this.receive(chunk))
    stream.on('error', (cause) => this.end(this.disconnected(cause)))
    stream.on('end', () => this.end(this.disconnected()))
    stream.on('close', () => this.end(this.disconnected()))
  }

  /**
   * The results of the scripts in the last run of an event; no scripts if it has not run since the daemon started.
   * @throws CtdbtsError EVENT_TIMEOUT when the time limit passes, EVENT_FAILED when the daemon refuses, EVENT_DISCONNECTED when the
   * connection ends first, NOT_EVENTD when the peer does not speak the protocol.
   */
  async lastRun(event: string): Promise<EventRun> {
    const { result, scripts } = await this.status({ component: COMPONENT, event })
    if (result !== 0 && result !== NEVER_RAN) {
      const { peer } = this.options
      throw new CtdbtsError(
        'EVENT_FAILED',
        `the event daemon ${locationOf(peer)} did not report the last run of ${event}: it answered ${result}`,
        {
          hint: `check \`ctdb event status ${COMPONENT} ${event}\` on that node`,
        },
      )
    }
    return { event, scripts: scripts.map(scriptRun) }
  }

  /**
   * The daemon's answer about the last run of an event of a component.
   * @throws CtdbtsError as `lastRun`, except EVENT_FAILED.
   */
  async status(request: EventStatusRequest): Promise<EventStatus> {
    return await this.ask(request.event, this.options.timeoutMs, (requestId) => encodeEventStatusRequest(requestId, request))
  }

  /**
   * Runs an event, and waits until it ends. Only the daemon's own time limit for the event applies.
   * @returns 0, or a positive errno value: 2 no such component, 8 a script failed, 110 timed out, 125 cancelled by another event.
   * @throws CtdbtsError EVENT_DISCONNECTED, NOT_EVENTD.
   */
  async run(request: EventRunRequest): Promise<number> {
    const { result } = await this.ask(request.event, MAX_TIMER_MS, (requestId) => encodeEventRunRequest(requestId, request))
    return result
  }

  /** Ends the connection. Pending requests fail. */
  close(): void {
    this.end(
      new CtdbtsError('EVENT_DISCONNECTED', `the connection to the event daemon ${locationOf(this.options.peer)} was closed`),
    )
  }

  private async ask(event: string, timeoutMs: number, encode: (requestId: number) => Uint8Array): Promise<EventStatus> {
    if (this.closedBy) throw this.closedBy
    const timeoutError = () =>
      new CtdbtsError(
        'EVENT_TIMEOUT',
        `no answer about ${event} from the event daemon ${locationOf(this.options.peer)} within ${timeoutMs / 1000} s`,
        {
          hint: 'check whether ctdb-eventd is hung or overloaded (`ps -C ctdb-eventd`)',
          exitStatus: EXIT_STATUS.timedOut,
        },
      )
    return await this.requests.request((id) => this.stream.write(encode(id)), { timeoutMs, timeoutError })
  }

  private receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.frames.push(chunk)) {
        const { requestId, ...status } = decodeEventStatus(frame)
        this.requests.settle(requestId, status)
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const { peer } = this.options
      this.end(
        new CtdbtsError('NOT_EVENTD', `the peer ${locationOf(peer)} does not speak the event daemon's protocol: ${reason}`, {
          hint: 'event daemons need CTDB 4.9 or newer',
          cause,
        }),
      )
    }
  }

  private disconnected(cause?: Error): CtdbtsError {
    // What led to it has ended, and says so.
    if (cause instanceof CtdbtsError) return cause.with({ code: 'EVENT_DISCONNECTED', cause })
    const { peer } = this.options
    const why = cause ? ` broke: ${cause.message}` : ' ended'
    return new CtdbtsError('EVENT_DISCONNECTED', `the connection to the event daemon ${locationOf(peer)}${why}`, {
      hint: 'ctdb-eventd has stopped or crashed, and ctdbd ends with it: check the log of CTDB, and `systemctl status ctdb`',
      cause,
    })
  }

  private end(error: CtdbtsError): void {
    if (this.closedBy) return
    this.closedBy = error
    this.requests.failAll(error)
    this.stream.destroy()
  }
}

/** A script's part of a run, with times in seconds. */
export function scriptRun({ name, begin, end, result, output }: EventStatus['scripts'][number]): ScriptRun {
  return { name, begin: secondsOf(begin), end: secondsOf(end), result, output }
}

const secondsOf = ({ seconds, microseconds }: { seconds: number; microseconds: number }): number => seconds + microseconds / 1e6
