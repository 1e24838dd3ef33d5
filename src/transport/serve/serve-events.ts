import type { Duplex } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'
import type { EventRecord } from '../../lib/node/event-scripts.ts'
import {
  decodeEventRunRequest,
  decodeEventStatusRequest,
  EVENTS_NOT_RUN,
  type EventStatus,
  type EventStatusRequest,
  encodeEventRunResult,
  encodeEventStatus,
  isEventRun,
  measureEventFrame,
} from '../wire/eventd.ts'
import { FrameSplitter } from '../wire/frames.ts'

/** No real client sends more at once. */
const MAX_FRAME_BYTES = 1 << 16
/** A client that does not read while so much waits for it is not waited for any longer. */
const MAX_QUEUED_BYTES = 1 << 20

/** The one component that they have. */
const COMPONENT = 'legacy'
/** The one script that simulated nodes have. */
const SCRIPT = '10.interface'

/** What the real daemon answers for an event that has not run yet, and for a component that it has not: EINVAL, ENOENT. */
const RESULT = { neverRan: 22, noComponent: 2 } as const

type Runs = ReadonlyMap<string, EventRecord>

/** Lets something be answered at the moment that it is in the simulated world, by the runs that its event daemon remembers, where one runs. */
export type LookAtRuns = (answer: (runs: Runs | undefined) => void) => void

/**
 * Serves one client of a simulated event daemon, on whatever connects the two. It ends with the stream; what is not its protocol, and the
 * daemon's end, end the stream.
 */
export function serveEventClient(stream: Duplex, look: LookAtRuns): void {
  const frames = new FrameSplitter(measureEventFrame, MAX_FRAME_BYTES)
  const answer = (frame: Uint8Array) => {
    const reply = isEventRun(frame) ? toRun(frame) : toStatus(frame)
    look((runs) => {
      if (!runs || stream.writableLength > MAX_QUEUED_BYTES) stream.destroy()
      else if (!stream.destroyed) stream.write(reply(runs))
    })
  }
  stream.on('data', (chunk: Uint8Array) => {
    try {
      for (const frame of frames.push(chunk)) answer(frame)
    } catch (error) {
      stream.destroy()
      // Anything else is a bug in the simulation, and not to be hidden.
      if (!(error instanceof CtdbtsError)) throw error
    }
  })
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
}

function toRun(frame: Uint8Array): () => Uint8Array {
  const { requestId, component } = decodeEventRunRequest(frame)
  return () => encodeEventRunResult(requestId, component === COMPONENT ? EVENTS_NOT_RUN : RESULT.noComponent)
}

function toStatus(frame: Uint8Array): (runs: Runs) => Uint8Array {
  const { requestId, ...request } = decodeEventStatusRequest(frame)
  return (runs) => encodeEventStatus(requestId, statusOf(runs, request))
}

function statusOf(runs: Runs, { component, event }: EventStatusRequest): EventStatus {
  const run = component === COMPONENT ? runs.get(event) : undefined
  if (!run) {
    const result = component === COMPONENT ? RESULT.neverRan : RESULT.noComponent
    return { result, summary: 0, scripts: [] }
  }
  const { beganMs, endedMs, result, output } = run
  const script = {
    name: SCRIPT,
    begin: timeval(beganMs),
    end: timeval(endedMs),
    result,
    output: output.map((line) => `${line}\n`).join(''),
  }
  return { result: 0, summary: result, scripts: [script] }
}

const timeval = (ms: number) => ({ seconds: Math.floor(ms / 1000), microseconds: Math.floor((ms % 1000) * 1000) })
