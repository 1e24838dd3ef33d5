import { harmlessJson } from '../harmless-json.ts'
import type { Observation } from '../watch/observation.ts'
import { RECORDING_VERSION, type RecordedBase, type RecordedLine, type RecordingHeader, type Sight } from './format.ts'
import { patchBetween } from './json-patch.ts'
import { steadySnapshot } from './steady.ts'

/** A reader that looks for a moment reads a whole sample, and the changes since: so much of them at most. */
const WHOLE_EVERY_MS = 1_800_000
const MOST_CHANGES = 1 << 18

/** Makes the lines of a recording. It has no file: what becomes of the lines is up to the caller. */
export class RecordingWriter {
  private readonly about: Omit<RecordingHeader, 'kind' | 'formatVersion' | 'atMs'>
  private n = 0
  private base: RecordedBase = {}
  private wholeMs = Number.NEGATIVE_INFINITY
  private wholeLength = 0
  private changesLength = 0

  constructor(about: Omit<RecordingHeader, 'kind' | 'formatVersion' | 'atMs'>) {
    this.about = about
  }

  /** The first line of a file. The samples that follow do not depend on anything before it. */
  header(atMs: number): string {
    this.startOver()
    return this.text({ kind: 'recording', formatVersion: RECORDING_VERSION, ...this.about, atMs })
  }

  /** The line of an observation. */
  line(observation: Observation): string {
    if (observation.kind === 'seen') return this.sample(observation)
    if (observation.kind === 'audited') return this.audit(observation)
    return this.text(observation)
  }

  /** To be called when lines could not be written: what follows does not depend on them. */
  startOver(): void {
    this.base = {}
  }

  /** Instead of the line of an observation that cannot be written. Its number shows that it is missing. */
  skip(): void {
    this.n += 1
    this.startOver()
  }

  private sample({ kind, atMs, beganMs, ...sight }: Extract<Observation, { kind: 'seen' }>): string {
    const before = this.base.sight
    if (!before || this.isWholeDue(atMs)) return this.whole({ kind, atMs, beganMs, ...sight })
    const now: Sight = { ...sight, snapshot: steadySnapshot(sight.snapshot, before.snapshot) }
    this.base.sight = now
    const patch = patchBetween(before, now)
    const text = this.text({ kind, atMs, beganMs, ...(patch.length > 0 && { patch }) })
    this.changesLength += text.length
    return text
  }

  private whole(sample: Extract<Observation, { kind: 'seen' }>): string {
    const { atMs, kind: _, beganMs: __, ...sight } = sample
    this.base = { sight }
    const text = this.text(sample)
    this.wholeMs = atMs
    this.wholeLength = text.length
    this.changesLength = 0
    return text
  }

  /** Also when the clock was set back. */
  private isWholeDue(atMs: number): boolean {
    return Math.abs(atMs - this.wholeMs) >= WHOLE_EVERY_MS || this.changesLength > Math.max(MOST_CHANGES, this.wholeLength)
  }

  private audit(observation: Extract<Observation, { kind: 'audited' }>): string {
    const { kind, atMs, report } = observation
    const before = this.base.report
    this.base.report = report
    return this.text(before ? { kind, atMs, patch: patchBetween(before, report) } : observation)
  }

  private text(line: RecordingHeader | RecordedLine): string {
    return `${harmlessJson(JSON.stringify({ n: this.n++, ...line }))}\n`
  }
}
