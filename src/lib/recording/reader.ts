import * as v from 'valibot'
import { auditReportSchema } from '../audit/report-schema.ts'
import { wrongPnn } from '../snapshot/parse.ts'
import { nodeFactsSchema, snapshotSchema } from '../snapshot/schema.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import type { Observation } from '../watch/observation.ts'
import { type Numbered, RECORDING_VERSION, type RecordedBase, type RecordingHeader, type Sight } from './format.ts'
import { type PatchStep, patched } from './json-patch.ts'
import { changesSchema, headerSchema, observationSchemas, sightFrameSchema } from './schema.ts'

/** What was in the lines of a recording, apart from what could be read. */
export interface RecordingCounts {
  lines: number
  /** Headers and observations that were read. */
  known: number
  /** Lines that are cut, or from something else. */
  foreign: number
  /** Lines of a recording of a newer version, with kinds that this one does not know, by kind. */
  readonly unknown: Map<string, number>
  /** Lines that are there twice: one after the other, or in two files. */
  twice: number
  /** Lines that are missing, as the numbers of the others show. */
  missing: number
  /** Changes that say nothing, because what they are relative to is missing. */
  baseless: number
}

/** Whether a text begins as a recording does, of whatever version. */
export const isRecording = (text: string): boolean => /^\{"n":\d+,"kind":"recording"/.test(text)

/** Whether there are lines of a recording in a text, though its beginning may have been cut off. */
export const hasRecording = (text: string): boolean => /^\{"n":\d+,"kind":"/m.test(text)

/** The header in a line; undefined if it is another line. */
export function headerIn(text: string): (RecordingHeader & Numbered) | undefined {
  const header = isRecording(text) ? parsed(text) : undefined
  return fits(headerSchema, header) ? header : undefined
}

/** Whether this version of ctdbts can read a recording. */
export const isReadable = ({ formatVersion }: RecordingHeader): boolean => major(formatVersion) === major(RECORDING_VERSION)

type Line = Readonly<Record<string, unknown>>

const major = (version: string): string | undefined => version.split('.', 1)[0]

/**
 * Reads recordings, line by line. No line ends it: what is cut, foreign or unknown is counted. Where lines are missing, it goes on with the
 * next line that does not depend on them.
 */
export class RecordingReader {
  readonly counts: RecordingCounts = { lines: 0, known: 0, foreign: 0, unknown: new Map(), twice: 0, missing: 0, baseless: 0 }
  private base: RecordedBase = {}
  private next: number | undefined
  private currentId: string | undefined
  private isGap = false
  private isLastWhole = false
  /** What follows is from another file with the beginning of the same recording. */
  private isCopy = false
  /** Facts of nodes that were found to be well-formed. Most of them are in one sample after the other. */
  private readonly wellFormed = new WeakSet<NodeFacts>()

  /** The id of the recording that is read. */
  get id(): string | undefined {
    return this.currentId
  }

  /** Whether the last sample was whole, so that what it shows follows from its line alone. */
  get isWhole(): boolean {
    return this.isLastWhole
  }

  /** The header or the observation in a line, without its end; undefined if there is nothing in it to go by. */
  read(text: string): RecordingHeader | Observation | undefined {
    const { counts } = this
    if (text.trim() === '') return undefined
    counts.lines += 1
    const item = this.itemOf(parsed(text))
    if (item) counts.known += 1
    return item
  }

  /** Whether something is missing since the last call: lines, or the time between two recordings. */
  takeGap(): boolean {
    const { isGap } = this
    this.isGap = false
    return isGap
  }

  private itemOf(line: Line): RecordingHeader | Observation | undefined {
    const { kind, n } = line
    if (typeof kind !== 'string' || typeof n !== 'number') return this.foreign()
    if (this.isTwice(line)) {
      this.counts.twice += 1
      return undefined
    }
    if (kind === 'recording') return this.header(line)
    this.count(n)
    if (!Object.hasOwn(observationSchemas, kind)) {
      const { unknown } = this.counts
      unknown.set(kind, (unknown.get(kind) ?? 0) + 1)
      return undefined
    }
    if (kind === 'seen' && !('snapshot' in line)) return this.changedSample(line)
    if (kind === 'audited' && !('report' in line)) return this.changedReport(line)
    return this.whole(kind as Observation['kind'], line)
  }

  /** Whether a line was read before: it has the number of the last one, or is in a copy of what was read. */
  private isTwice({ kind, n, id }: Line): boolean {
    if (this.next === undefined || typeof n !== 'number') return false
    const isBefore = n < this.next
    if (kind === 'recording') this.isCopy = isBefore && id === this.currentId
    if (!isBefore) this.isCopy = false
    return this.isCopy || (n === this.next - 1 && kind !== 'recording')
  }

  /** Notices missing lines. */
  private count(n: number): void {
    const missing = n - (this.next ?? n)
    if (missing !== 0) {
      this.base = {}
      this.isGap = true
    }
    if (missing > 0) this.counts.missing += missing
    this.next = n + 1
  }

  private header(line: Line): RecordingHeader | undefined {
    if (!fits(headerSchema, line) || !isReadable(line)) return this.foreign()
    const { n, ...header } = line
    if (header.id !== this.currentId) {
      this.next = undefined
      this.isGap = true
    }
    this.currentId = header.id
    this.count(n)
    this.base = {}
    return header
  }

  /** Unknown parts stay: later changes may name them. */
  private whole(kind: Observation['kind'], { n: _, ...observation }: Line): Observation | undefined {
    if (!fits<Observation>(observationSchemas[kind], observation)) return this.broken(kind)
    if (observation.kind === 'audited') this.base.report = observation.report
    if (observation.kind !== 'seen') return observation
    if (wrongPnn(observation.snapshot) !== undefined) return this.broken(kind)
    for (const facts of observation.snapshot.nodes) this.wellFormed.add(facts)
    const { kind: __, atMs: ___, beganMs: ____, ...sight } = observation
    this.base.sight = sight
    this.isLastWhole = true
    return observation
  }

  private changedSample(line: Line): Observation | undefined {
    const { sight: before } = this.base
    if (!fits(changesSchema, line) || line.beganMs === undefined) return this.broken('seen')
    if (!before) return this.baseless()
    const { atMs, beganMs, patch } = line
    const sight = patch === undefined ? before : this.changedSight(before, patch)
    if (!sight) return this.broken('seen')
    this.base.sight = sight
    this.isLastWhole = false
    return { kind: 'seen', atMs, beganMs, ...sight, snapshot: { ...sight.snapshot, takenAt: new Date(beganMs).toISOString() } }
  }

  private changedSight(before: Sight, patch: readonly PatchStep[]): Sight | undefined {
    const sight = patched(before, patch)
    return fits(sightFrameSchema, sight) && this.isWellFormed(sight.snapshot) ? sight : undefined
  }

  private isWellFormed(snapshot: Snapshot): boolean {
    if (!fits(snapshotSchema, { ...snapshot, nodes: [] }) || !Array.isArray(snapshot.nodes)) return false
    for (const facts of snapshot.nodes as readonly NodeFacts[]) {
      if (this.wellFormed.has(facts)) continue
      if (!fits(nodeFactsSchema, facts)) return false
      this.wellFormed.add(facts)
    }
    return wrongPnn(snapshot) === undefined
  }

  private changedReport(line: Line): Observation | undefined {
    const { report: before } = this.base
    if (!fits(changesSchema, line)) return this.broken('audited')
    if (!before) return this.baseless()
    const report = patched(before, line.patch ?? [])
    if (!fits(auditReportSchema, report)) return this.broken('audited')
    this.base.report = report
    return { kind: 'audited', atMs: line.atMs, report }
  }

  private foreign(): undefined {
    this.counts.foreign += 1
  }

  /** Later changes are relative to what this line should have said. */
  private broken(kind: Observation['kind']): undefined {
    if (kind === 'seen') this.base.sight = undefined
    if (kind === 'audited') this.base.report = undefined
    this.foreign()
  }

  private baseless(): undefined {
    this.counts.baseless += 1
  }
}

/** The values that are in a document stay what they are, unknown ones too. */
const fits = <T>(schema: v.GenericSchema<unknown, T>, value: unknown): value is T => v.is(schema, value)

function parsed(text: string): Line {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Line) : {}
  } catch {
    return {}
  }
}
