import type { Random } from '../../src/sim/world/random.ts'
import { type Fault, type FuzzTarget, faultOf, filesUnderTest } from '../../test/fuzz/target.ts'
import type { Coverage } from './coverage.ts'
import { minimised } from './minimise.ts'
import { Mutator } from './mutate.ts'

/** An input that shows a fault. */
export interface Finding extends Fault {
  readonly input: Uint8Array
}

/** An input that ran a block, or ran one so often, as none before. */
interface Entry {
  readonly input: Uint8Array
  /** The blocks under test that it ran. */
  readonly blocks: readonly number[]
  readonly isSeed: boolean
}

/** Inputs that are longer are not kept: they would slow everything down. */
const MAX_KEPT_BYTES = 1 << 15
/** One input of so many is a long one, which takes as much time as hundreds of short ones. */
const STRETCHED_EVERY = 1_000
/** How long it is tried to make a finding smaller, and an input for the repository. */
const FINDING_MS = 5_000
const CHOSEN_MS = 10_000

/** Looks for inputs that run code which no input ran before, and for those that show faults. */
export class Search {
  readonly corpus: Entry[] = []
  readonly findings = new Map<string, Finding>()
  private readonly target: FuzzTarget
  private readonly coverage: Coverage
  private readonly random: Random
  private readonly mutator: Mutator
  private readonly onTry: (input: Uint8Array) => void
  /** Numbers of the blocks under test. */
  private readonly underTest: readonly number[]
  /** For each block a bit for each order of magnitude of how often one input ran it. */
  private readonly seen: Uint8Array

  /** @param onTry called with each input before the target runs on it. */
  constructor(target: FuzzTarget, coverage: Coverage, random: Random, onTry: (input: Uint8Array) => void = () => {}) {
    this.target = target
    this.onTry = onTry
    this.coverage = coverage
    this.random = random
    const files = new Set(filesUnderTest(target).filter((file) => coverage.literals.has(file)))
    this.underTest = coverage.blocks.flatMap(({ file }, number) => (files.has(file) ? [number] : []))
    const literals = [...files].flatMap((file) => [...(coverage.literals.get(file) ?? [])])
    this.mutator = new Mutator(random, [...(target.words ?? []), ...literals])
    this.seen = new Uint8Array(coverage.blocks.length)
    // What ran while the modules were loaded.
    this.noteHits()
  }

  /** The blocks under test that no input has run. */
  get missed(): number[] {
    return this.underTest.filter((block) => !this.seen[block])
  }

  get blockCount(): number {
    return this.underTest.length
  }

  /**
   * Runs the target on an input, and keeps that if it is new in any way.
   * @param isSeed whether all will have this input anyway.
   */
  try(input: Uint8Array, isSeed = false): void {
    const fault = this.run(input)
    if (fault && !this.findings.has(fault.kind)) this.findings.set(fault.kind, { ...fault, input: this.smallest(input, fault) })
    if (fault || input.length > MAX_KEPT_BYTES || !this.noteHits()) return
    this.corpus.push({ input, isSeed, blocks: this.underTest.filter((block) => this.coverage.hits[block]) })
  }

  /** An input made from those that were kept. */
  next(): Uint8Array {
    const { input } = this.choose()
    if (this.random.between(1, STRETCHED_EVERY) === 1) return this.mutator.stretched(input)
    const asJson = this.target.isJson && this.random.percent(70) ? this.mutator.mutatedJson(input) : undefined
    return asJson ?? this.mutator.mutated(input, this.choose().input)
  }

  /** A small selection of the corpus that, together with the seeds, runs all that the whole of it runs. */
  selection(): Uint8Array[] {
    const chosen: Uint8Array[] = []
    const left = new Set(this.corpus.flatMap(({ blocks }) => [...blocks]))
    for (const { blocks, isSeed } of this.corpus) if (isSeed) for (const block of blocks) left.delete(block)
    while (left.size > 0) {
      const gain = ({ blocks }: Entry) => blocks.filter((block) => left.has(block)).length
      const best = this.corpus.reduce((a, b) => ((gain(b) - gain(a) || a.input.length - b.input.length) > 0 ? b : a))
      const needed = best.blocks.filter((block) => left.has(block))
      chosen.push(minimised(best.input, CHOSEN_MS, (input) => this.runsAll(input, needed)))
      for (const block of needed) left.delete(block)
    }
    return chosen
  }

  private runsAll(input: Uint8Array, blocks: readonly number[]): boolean {
    return !this.run(input) && blocks.every((block) => this.coverage.hits[block])
  }

  private run(input: Uint8Array): Fault | undefined {
    this.onTry(input)
    this.coverage.hits.fill(0, 0, this.seen.length)
    return faultOf(this.target, input)
  }

  /** Half of the time one of the newest, which have been tried least; mostly a small one, as they are the fastest. */
  private choose(): Entry {
    const { length } = this.corpus
    const from = this.random.percent(50) ? Math.floor(Math.max(0, length - 1) * 0.8) : 0
    const one = () => this.corpus[this.random.between(from, Math.max(0, length - 1))]
    const [a, b] = [one(), one()]
    // When even the first input shows a fault, none is kept.
    if (!a || !b) return { input: new Uint8Array(), isSeed: true, blocks: [] }
    return a.input.length < b.input.length === this.random.percent(80) ? a : b
  }

  /** @returns whether any count is new. */
  private noteHits(): boolean {
    let isNew = false
    for (let block = 0; block < this.seen.length; block++) {
      const hits = this.coverage.hits[block] ?? 0
      if (hits === 0) continue
      const bit = 1 << Math.min(7, 31 - Math.clz32(hits))
      const before = this.seen[block] ?? 0
      if ((before & bit) !== 0) continue
      this.seen[block] = before | bit
      isNew = true
    }
    return isNew
  }

  private smallest(input: Uint8Array, { kind }: Fault): Uint8Array {
    return minimised(input, FINDING_MS, (smaller) => this.run(smaller)?.kind === kind)
  }
}
