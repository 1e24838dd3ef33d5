import type { Numbered, RecordedChanges, Sight } from './format.ts'
import { patched } from './json-patch.ts'

/** A sample as a line of a recording has it: whole, or its changes. */
type SampleLine = Numbered & { readonly kind: 'seen'; readonly beganMs: number } & (
    | (Sight & { readonly atMs: number })
    | RecordedChanges
  )

/** Reads samples once more: their lines one after the other, from a whole one on, after a `RecordingReader` has found them to be well-formed. */
export class SampleLines {
  private base: Sight | undefined

  /** What the next sample shows; undefined if the line is not what was read before. */
  read(text: string): Sight | undefined {
    const line = parsed(text)
    if (!line) return undefined
    if ('snapshot' in line) {
      // Unknown parts stay: later changes may name them.
      const { n: _, kind: __, atMs: ___, beganMs: ____, ...sight } = line
      this.base = sight
      return this.base
    }
    const { patch, beganMs } = line
    if (this.base && patch) this.base = patched(this.base, patch) as Sight | undefined
    const { base } = this
    return base && { ...base, snapshot: { ...base.snapshot, takenAt: new Date(beganMs).toISOString() } }
  }
}

function parsed(text: string): SampleLine | undefined {
  try {
    return JSON.parse(text) as SampleLine
  } catch {
    return undefined
  }
}
