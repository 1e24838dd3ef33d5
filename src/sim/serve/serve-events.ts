import type { Duplex } from 'node:stream'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError } from '../../lib/errors.ts'
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
} from '../../lib/wire/eventd.ts'
import { FrameSplitter } from '../../lib/wire/frames.ts'
import type { EventRecord } from '../daemon/event-scripts.ts'

/** No real client sends larger packets. */
const MAX_FRAME_BYTES = 1 << 16
/** A client that has not read this much is disconnected. */
const MAX_QUEUED_BYTES = 1 << 20

/** The only component of simulated event daemons. */
const COMPONENT = 'legacy'
/** The only script of simulated nodes. */
const SCRIPT = '10.interface'

/** What the real daemon answers for an event that has not run yet, and for a component that it has not. */
const RESULT = { neverRan: ERRNO.EINVAL, noComponent: ERRNO.ENOENT } as const

type Runs = ReadonlyMap<string, EventRecord>

/** Calls `answer` at the current simulated time with the event daemon's last runs; with undefined while none runs. */
export type LookAtRuns = (answer: (runs: Runs | undefined) => void) => void

/**
 * Serves one client of a simulated event daemon over any stream. Invalid packets and the end of the daemon end the stream.
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
      // Anything else is a bug in the simulation.
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
