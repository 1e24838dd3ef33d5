import { ByteWriter, DecodeError, decode, encode, type ValueOf } from './codec.ts'
import { list, sequence } from './composites.ts'
import { countedText, i32, u32 } from './primitives.ts'
import { timeval } from './structs.ts'

// The protocol of the event daemon, which has its own socket, runs the event scripts and reports their results.

const VERSION = 0
const COMMAND = { run: 1, status: 2 } as const

/** EOPNOTSUPP: a simulated daemon's answer to RUN. Only its own node starts its scripts. A real daemon never answers this. */
export const EVENTS_NOT_RUN = 95

const head = sequence({ length: u32, version: u32, requestId: u32, command: u32 })
const HEAD_SIZE = 16

/** Body of a STATUS request. */
export const eventRequest = sequence({ component: countedText(), event: countedText() })

const scriptStatus = sequence({
  name: countedText(),
  begin: timeval,
  end: timeval,
  /** 0 is success; a negative errno value is the reason why a script did not run (-8: disabled). */
  result: i32,
  output: countedText({ emptyAs: 'nothing' }),
})
/** Body of the answer to it. It ends after `result` when that is not 0. */
export const eventReply = sequence({ result: i32, summary: i32, scripts: list(scriptStatus) })

/** Body of a RUN request. */
export const eventRunRequest = sequence({
  component: countedText(),
  event: countedText(),
  /** The arguments of the scripts after the event's name, separated by blanks. */
  args: countedText({ emptyAs: 'nothing' }),
  /** The scripts are killed after this many seconds; 0 for never. */
  timeoutSeconds: u32,
  /** 1: later scripts run even when an earlier one has failed. */
  flags: u32,
})

/** A request to run an event. */
export type EventRunRequest = ValueOf<typeof eventRunRequest>
/**
 * A request for the results of an event's last run: the component (`legacy`) and the event (`monitor`, `takeip`, …).
 * @interface
 */
export type EventStatusRequest = ValueOf<typeof eventRequest>
/**
 * The results of an event's last run, script by script. A `result` other than 0 is a refusal.
 * @interface
 */
export type EventStatus = ValueOf<typeof eventReply>

function frame(command: number, requestId: number, body: Uint8Array): Uint8Array {
  const out = new ByteWriter()
  head.write(out, { length: HEAD_SIZE + body.length, version: VERSION, requestId, command })
  out.append(body)
  return out.finish()
}

function openFrame(bytes: Uint8Array, expected?: number): { requestId: number; command: number; body: Uint8Array } {
  const { length, version, requestId, command } = decode(head, bytes)
  if (length !== bytes.length) throw new DecodeError(`length ${length} in a frame of ${bytes.length} bytes`, 0)
  if (version !== VERSION) throw new DecodeError(`event protocol version ${version}, where ${VERSION} is the only one`, 4)
  if (command !== (expected ?? command) || !Object.values<number>(COMMAND).includes(command))
    throw new DecodeError(`unexpected command ${command}`, 12)
  return { requestId, command, body: bytes.subarray(HEAD_SIZE) }
}

/** The bytes of a STATUS request. */
export const encodeEventStatusRequest = (requestId: number, request: EventStatusRequest): Uint8Array =>
  frame(COMMAND.status, requestId, encode(eventRequest, request))

/** The bytes of the answer to a STATUS request. */
export const encodeEventStatus = (requestId: number, status: EventStatus): Uint8Array =>
  frame(COMMAND.status, requestId, status.result === 0 ? encode(eventReply, status) : encode(i32, status.result))

/** The bytes of a RUN request. */
export const encodeEventRunRequest = (requestId: number, request: EventRunRequest): Uint8Array =>
  frame(COMMAND.run, requestId, encode(eventRunRequest, request))

/** The bytes of the answer to a RUN request. */
export const encodeEventRunResult = (requestId: number, result: number): Uint8Array =>
  frame(COMMAND.run, requestId, encode(i32, result))

/** Whether a frame is a RUN request, or the answer to one. @throws DecodeError when it is not a frame of this protocol. */
export const isEventRun = (bytes: Uint8Array): boolean => openFrame(bytes).command === COMMAND.run

/** @throws DecodeError when these bytes are not a RUN request. */
export function decodeEventRunRequest(bytes: Uint8Array): EventRunRequest & { requestId: number } {
  const { requestId, body } = openFrame(bytes, COMMAND.run)
  return { requestId, ...decode(eventRunRequest, body) }
}

/** @throws DecodeError when these bytes are not a STATUS request. */
export function decodeEventStatusRequest(bytes: Uint8Array): EventStatusRequest & { requestId: number } {
  const { requestId, body } = openFrame(bytes, COMMAND.status)
  return { requestId, ...decode(eventRequest, body) }
}

/**
 * An answer to either request; the answer to RUN has only a result.
 * @throws DecodeError when these bytes are not an answer.
 */
export function decodeEventStatus(bytes: Uint8Array): EventStatus & { requestId: number } {
  const { requestId, command, body } = openFrame(bytes)
  const result = decode(i32, body)
  return {
    requestId,
    ...(result === 0 && command === COMMAND.status ? decode(eventReply, body) : { result, summary: 0, scripts: [] }),
  }
}

/** The length of the event daemon's frame that starts with these bytes; for FrameSplitter. */
export function measureEventFrame(start: Uint8Array): number | undefined {
  if (start.length < 4) return undefined
  const length = decode(u32, start)
  if (length < HEAD_SIZE) throw new DecodeError(`${length} is no possible packet length`, 0)
  return length
}
