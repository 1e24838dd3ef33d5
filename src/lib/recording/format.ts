import type { AuditReport } from '../audit/report.ts'
import type { Observation } from '../watch/observation.ts'
import type { PatchStep } from './json-patch.ts'

/** The version that ctdbts writes, `major.minor`: a reader accepts its own major version with any minor. */
export const RECORDING_VERSION = '1.0'

/** The first line of a recording, and of each file of it. */
export interface RecordingHeader {
  readonly kind: 'recording'
  readonly formatVersion: string
  /** The same in all files of a recording, and in no other recording. */
  readonly id: string
  readonly atMs: number
  /** What is watched: `node1 over SSH`. */
  readonly title: string
  readonly isSimulated: boolean
  /** The time between two samples, in milliseconds, as it was at the beginning. */
  readonly intervalMs: number
}

/** The number of a line. */
export interface Numbered {
  readonly n: number
}

type Sample = Extract<Observation, { kind: 'seen' }>

/** What a sample shows, besides its times. Between whole samples only the changes of this are written. */
export type Sight = Pick<Sample, 'snapshot' | 'heard' | 'everyMs'>

/** The changes since the line of the same kind before; absent if there are none. */
export interface RecordedChanges {
  readonly atMs: number
  /** Of a sample. */
  readonly beganMs?: number
  readonly patch?: readonly PatchStep[]
}

/**
 * What the lines after the first one hold: an observation as it is, or the changes since the one of its kind before. Besides, each line has a
 * number `n`, from 0 through all files of a recording, so that missing lines are noticed.
 */
export type RecordedLine = Observation | ({ readonly kind: 'seen' | 'audited' } & RecordedChanges)

/** What changes are relative to. */
export interface RecordedBase {
  sight?: Sight | undefined
  report?: AuditReport | undefined
}
