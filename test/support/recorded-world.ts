import type { RecordingHeader } from '../../src/lib/recording/format.ts'
import { RecordingReader } from '../../src/lib/recording/reader.ts'
import { RecordingWriter } from '../../src/lib/recording/writer.ts'
import { ClusterTracker } from '../../src/lib/watch/cluster-tracker.ts'
import type { Observation } from '../../src/lib/watch/observation.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import type { Random } from '../../src/sim/world/random.ts'
import type { SmallWorld } from './sim-world.ts'
import { WatchedWorld } from './watched-world.ts'

export const ABOUT = { id: 'a', title: 'a test', isSimulated: true, intervalMs: 2_000 }

/** A watched world with a recording of what is heard and seen. */
export class RecordedWorld extends WatchedWorld {
  readonly writer = new RecordingWriter(ABOUT)
  /** The lines so far, with their ends. */
  readonly lines: string[] = [this.writer.header(this.nowMs)]

  private readonly onObserved: (world: RecordedWorld) => void

  constructor(small: SmallWorld, random?: Random, onObserved: (world: RecordedWorld) => void = () => {}) {
    super(small, random)
    this.onObserved = onObserved
  }

  override observe(observation: Observation): readonly TimelineEntry[] {
    this.lines.push(this.writer.line(observation))
    const entries = super.observe(observation)
    if (this.tracker.state.snapshot) this.onObserved(this)
    return entries
  }
}

const isHeader = (item: RecordingHeader | Observation): item is RecordingHeader => item.kind === 'recording'

/** What a recording tells. */
export function readBack(lines: readonly string[]) {
  const reader = new RecordingReader()
  const tracker = new ClusterTracker()
  const timeline: TimelineEntry[] = []
  const observations: Observation[] = []
  for (const line of lines) {
    const item = reader.read(line)
    if (!item || isHeader(item)) continue
    observations.push(item)
    timeline.push(...tracker.observe(item))
  }
  return { reader, tracker, timeline, observations }
}
