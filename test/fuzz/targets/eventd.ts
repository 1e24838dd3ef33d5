import assert from 'node:assert/strict'
import * as eventd from '../../../src/lib/wire/eventd.ts'
import { FrameSplitter } from '../../../src/lib/wire/frames.ts'
import { ctdbEventStatusText } from '../../../src/ui/ctdb/event-status.ts'
import { goldenEventExchanges } from '../../support/goldens.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

function readRequest(frame: Uint8Array): void {
  const isRun = eventd.isEventRun(frame)
  if (isRun) {
    const request = eventd.decodeEventRunRequest(frame)
    assert.deepEqual(eventd.decodeEventRunRequest(eventd.encodeEventRunRequest(request.requestId, request)), request)
  } else {
    const request = eventd.decodeEventStatusRequest(frame)
    assert.deepEqual(eventd.decodeEventStatusRequest(eventd.encodeEventStatusRequest(request.requestId, request)), request)
  }
}

function readAnswer(frame: Uint8Array): void {
  const { requestId, ...status } = eventd.decodeEventStatus(frame)
  if (!eventd.isEventRun(frame)) {
    assert.deepEqual(eventd.decodeEventStatus(eventd.encodeEventStatus(requestId, status)), { requestId, ...status })
  }
  const seconds = ({ seconds, microseconds }: { seconds: number; microseconds: number }) => seconds + microseconds / 1e6
  const scripts = status.scripts.map((script) => ({ ...script, begin: seconds(script.begin), end: seconds(script.end) }))
  assertHarmless(ctdbEventStatusText({ component: 'legacy', event: 'monitor', ...status, scripts }))
}

/** A frame is what its first byte says, but whoever reads it knows which of the two it has to be. */
export const target: FuzzTarget = {
  covers: ['src/lib/wire/eventd.ts', 'src/ui/ctdb/event-status.ts'],
  refusals: ['DECODE', 'FRAME_TOO_LARGE'],
  seeds: () =>
    goldenEventExchanges.flatMap((packets) => packets.map(({ from, bytes }) => Buffer.concat([Buffer.from(from), bytes]))),
  check(input) {
    const read = input[0] === 'c'.charCodeAt(0) ? readRequest : readAnswer
    for (const frame of new FrameSplitter(eventd.measureEventFrame, 1 << 16).push(input.subarray(1))) read(frame)
  },
}
