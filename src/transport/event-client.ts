import type { Duplex } from 'node:stream'
import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'
import type { EventRun, ScriptRun } from '../lib/snapshot/host-facts.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import { placeOf } from './place.ts'
import {
  decodeEventStatus,
  type EventRunRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventRunRequest,
  encodeEventStatusRequest,
  measureEventFrame,
} from './wire/eventd.ts'
import { FrameSplitter } from './wire/frames.ts'

/** The events that tell whether a node comes up, of its health and of its addresses. */
export const ADDRESS_EVENTS = ['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'] as const

/** The component whose scripts serve CTDB itself. */
const COMPONENT = 'legacy'

/** What the daemon answers of an event that has not run since it was started: EINVAL. Measured with 4.17. */
const NEVER_RAN = 22

/** Scripts may be talkative; none prints so much. */
const MAX_FRAME_BYTES = 4 << 20

export interface EventClientOptions {
  /** Where the stream leads to, for error messages: a host (`machineOf`). */
  readonly peer: string
  /** Time limit of each question. */
  readonly timeoutMs: number
}

interface Waiter {
  readonly settle: (status: EventStatus) => void
  readonly fail: (error: unknown) => void
}

/** A client of an event daemon over any duplex stream. Any number of questions may be under way. */
export class EventClient {
  private readonly stream: Duplex
  private readonly options: EventClientOptions
  private readonly frames = new FrameSplitter(measureEventFrame, MAX_FRAME_BYTES)
  private readonly waiters = new Map<number, Waiter>()
  private lastRequestId = 0
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
   * How the scripts fared when an event was last run; no scripts when it never was since the daemon was started.
   * @throws CtdbtsError EVENT_TIMEOUT when the time limit passes, EVENT_FAILED when the daemon refuses, EVENT_DISCONNECTED when the
   * connection ends first, NOT_EVENTD when what is there does not speak the protocol.
   */
  async lastRun(event: string): Promise<EventRun> {
    const { result, scripts } = await this.status({ component: COMPONENT, event })
    if (result !== 0 && result !== NEVER_RAN) {
      const { peer } = this.options
      throw new CtdbtsError(
        'EVENT_FAILED',
        `the event daemon ${placeOf(peer)} does not tell of ${event}: it answered ${result}`,
        {
          hint: `see \`ctdb event status ${COMPONENT} ${event}\` on that node`,
        },
      )
    }
    return { event, scripts: scripts.map(scriptRun) }
  }

  /**
   * What the daemon answers when it is asked how the scripts of a component fared when an event was last run.
   * @throws CtdbtsError as `lastRun`, but for EVENT_FAILED.
   */
  async status(request: EventStatusRequest): Promise<EventStatus> {
    return await this.ask(request.event, this.options.timeoutMs, (requestId) => encodeEventStatusRequest(requestId, request))
  }

  /**
   * Runs an event, and waits for its end; nothing limits that but the daemon's own time limit for it.
   * @returns 0, or a positive errno value: 2 no such component, 8 a script failed, 110 timed out, 125 cancelled by another event.
   * @throws CtdbtsError EVENT_DISCONNECTED, NOT_EVENTD.
   */
  async run(request: EventRunRequest): Promise<number> {
    const { result } = await this.ask(request.event, MAX_TIMER_MS, (requestId) => encodeEventRunRequest(requestId, request))
    return result
  }

  /** Ends the connection, and the questions that are under way. */
  close(): void {
    this.end(new CtdbtsError('EVENT_DISCONNECTED', `the connection to the event daemon ${placeOf(this.options.peer)} was closed`))
  }

  private ask(event: string, timeoutMs: number, encode: (requestId: number) => Uint8Array): Promise<EventStatus> {
    const { peer } = this.options
    const { promise, resolve, reject } = Promise.withResolvers<EventStatus>()
    if (this.closedBy) {
      reject(this.closedBy)
      return promise
    }
    this.lastRequestId = (this.lastRequestId + 1) >>> 0
    const requestId = this.lastRequestId
    const noAnswer = () =>
      reject(
        new CtdbtsError(
          'EVENT_TIMEOUT',
          `no answer about ${event} from the event daemon ${placeOf(peer)} within ${timeoutMs / 1000} s`,
          {
            hint: 'ctdb-eventd may be hung or overloaded: look at its state (`ps -C ctdb-eventd`)',
            exitStatus: EXIT_STATUS.timedOut,
          },
        ),
      )
    const timer = setTimeout(noAnswer, Math.min(timeoutMs, MAX_TIMER_MS))
    this.waiters.set(requestId, { settle: resolve, fail: reject })
    this.stream.write(encode(requestId))
    return promise.finally(() => {
      clearTimeout(timer)
      this.waiters.delete(requestId)
    })
  }

  /** An answer that nobody waits for (any more) is dropped. */
  private receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.frames.push(chunk)) {
        const { requestId, ...status } = decodeEventStatus(frame)
        this.waiters.get(requestId)?.settle(status)
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const { peer } = this.options
      this.end(
        new CtdbtsError('NOT_EVENTD', `what answers ${placeOf(peer)} does not speak the event daemon's protocol: ${reason}`, {
          hint: 'only the event daemons of CTDB 4.9 and newer can be asked',
          cause,
        }),
      )
    }
  }

  private disconnected(cause?: Error): CtdbtsError {
    const { peer } = this.options
    const why = cause ? ` broke: ${cause.message}` : ' ended'
    return new CtdbtsError('EVENT_DISCONNECTED', `the connection to the event daemon ${placeOf(peer)}${why}`, {
      hint: 'ctdb-eventd has stopped or crashed, and ctdbd ends with it: see the log of CTDB, and `systemctl status ctdb`',
      cause,
    })
  }

  private end(error: CtdbtsError): void {
    if (this.closedBy) return
    this.closedBy = error
    for (const { fail } of this.waiters.values()) fail(error)
    this.stream.destroy()
  }
}

/** A script's part of a run, with times in seconds. */
export function scriptRun({ name, begin, end, result, output }: EventStatus['scripts'][number]): ScriptRun {
  return { name, begin: secondsOf(begin), end: secondsOf(end), result, output }
}

const secondsOf = ({ seconds, microseconds }: { seconds: number; microseconds: number }): number => seconds + microseconds / 1e6
