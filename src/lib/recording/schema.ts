import * as v from 'valibot'
import { parseIp } from '../address/ip-text.ts'
import { auditReportSchema } from '../audit/report-schema.ts'
import { snapshotSchema } from '../snapshot/schema.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Observation } from '../watch/observation.ts'
import type { Numbered, RecordedChanges, RecordingHeader, Sight } from './format.ts'
import type { PatchStep } from './json-patch.ts'

// The compiler compares these with the types, so that they cannot drift apart. Unknown keys are ignored: a newer minor version may have them.

const number = v.pipe(v.number(), v.finite())
/** As far as dates go. */
const time = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15))
const pnn = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_fffe))
const pnns = v.array(pnn)
const texts = v.array(v.string())
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const part = v.picklist(['daemon', 'host'])
const sight = { snapshot: snapshotSchema, everyMs: v.exactOptional(number), heard: v.exactOptional(pnns) }

/** What a sample shows, the parts of its snapshot. */
export const sightFrameSchema: v.GenericSchema<unknown, Sight> = v.object({ ...sight, snapshot: v.custom<Snapshot>(isObject) })

const address = v.exactOptional(
  v.pipe(
    v.string(),
    v.check((text) => parseIp(text) !== undefined),
  ),
)
const told = { kind: v.literal('told'), atMs: time, pnn }
const request = { ...told, address: v.exactOptional(v.undefined()), by: pnn, wantsAnswer: v.boolean() }
const events = v.picklist(['TAKE_IP', 'RELEASE_IP', 'START_IPREALLOCATE', 'IPREALLOCATED', 'RECONFIGURE'])

/** An observation, by its kind. */
export const observationSchemas: {
  readonly [K in Observation['kind']]: v.GenericSchema<unknown, Extract<Observation, { kind: K }>>
} = {
  seen: v.object({ kind: v.literal('seen'), atMs: time, beganMs: time, ...sight }),
  told: v.union([
    v.object({ ...told, event: events, address }),
    v.object({ ...request, event: v.literal('DISABLE_TAKEOVER_RUNS'), seconds: number }),
    v.object({ ...request, event: v.literal('TAKEOVER_RUN') }),
  ]),
  leader: v.object({ kind: v.literal('leader'), atMs: time, pnn: v.nullable(pnn), toldBy: pnn }),
  blind: v.object({
    kind: v.literal('blind'),
    atMs: time,
    pnn: v.exactOptional(pnn),
    what: part,
    why: v.string(),
    retryAtMs: time,
  }),
  sighted: v.object({ kind: v.literal('sighted'), atMs: time, pnn: v.exactOptional(pnn), what: part }),
  audited: v.object({ kind: v.literal('audited'), atMs: time, report: auditReportSchema }),
  done: v.object({
    kind: v.literal('done'),
    atMs: time,
    text: v.string(),
    stage: v.exactOptional(v.picklist(['begun', 'done', 'failed'])),
    begunMs: v.exactOptional(time),
    isFault: v.exactOptional(v.boolean()),
    does: v.exactOptional(v.picklist(['takeover-run', 'disable', 'enable', 'move'])),
    pnns,
    addresses: texts,
  }),
}

/** The first line of a file of a recording. */
export const headerSchema: v.GenericSchema<unknown, RecordingHeader & Numbered> = v.object({
  kind: v.literal('recording'),
  n: number,
  formatVersion: v.string(),
  id: v.string(),
  atMs: time,
  title: v.string(),
  isSimulated: v.boolean(),
  intervalMs: number,
})

const step: v.GenericSchema<unknown, PatchStep> = v.variant('op', [
  v.object({ op: v.picklist(['add', 'replace']), path: v.string(), value: v.unknown() }),
  v.object({ op: v.literal('remove'), path: v.string() }),
])

/** A line with the changes since another. */
export const changesSchema: v.GenericSchema<unknown, RecordedChanges> = v.object({
  atMs: time,
  beganMs: v.exactOptional(time),
  patch: v.exactOptional(v.array(step)),
})
