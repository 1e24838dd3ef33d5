import type { Damage } from '../damaged-file.ts'
import { hex32 } from '../hex32.ts'

/** Bytes of a file; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array

const FOOD = Buffer.from('TDB file\n')
const VERSION = 0x2601_196d
const [VERSION_AT, CHAINS_AT, FEATURES_AT, MUTEXES_AT] = [32, 36, 60, 64]
const HEADER_BYTES = 168
/** Locks are mutexes in front of the file, which then begins behind them, with another header. */
const HAS_MUTEXES = 1
const RECORD_HEAD_BYTES = 24
const MARK = { record: 0x2601_1999, dead: 0xfee1_dead, free: 0xd9fe_e666 } as const

/**
 * Looks for the first damage in a TDB file; a file of another kind has none. The library does so too, but does not say where, and follows chains that go round for ever.
 * Nothing is locked: while others write, what is found once may be gone.
 */
export function findTdbDamage(read: ReadAt, size: number): Damage | undefined {
  return new Inspection(read, size).result()
}

class Inspection {
  private readonly read: ReadAt
  private readonly size: number
  /** Where the file begins, behind its mutexes. */
  private base = 0
  private isLittleEndian = true

  constructor(read: ReadAt, size: number) {
    this.read = read
    this.size = size
  }

  result(): Damage | undefined {
    const header = this.read(0, Math.min(HEADER_BYTES, this.size))
    if (!FOOD.subarray(0, this.size).equals(header.subarray(0, FOOD.length))) return undefined
    if (this.size < HEADER_BYTES) return { offset: this.size, what: 'it ends within its header' }
    this.isLittleEndian = viewOf(header).getUint32(VERSION_AT, true) === VERSION
    const [version, chains, features, mutexBytes] = [VERSION_AT, CHAINS_AT, FEATURES_AT, MUTEXES_AT].map((at) =>
      this.number(header, at),
    ) as [number, number, number, number]
    if (version !== VERSION) return { offset: VERSION_AT, what: `${hex32(version)} is not the version of the format` }
    this.base = (features & HAS_MUTEXES) === 0 ? 0 : mutexBytes
    const space = (this.size - this.base - HEADER_BYTES) / 4 - 1
    if (chains === 0 || chains > space)
      return { offset: CHAINS_AT, what: `${chains} hash chains are not in a file of ${this.size} bytes` }
    for (let chain = -1; chain < chains; chain++) {
      const damage = this.inChain(chain, chains)
      if (damage) return damage
    }
    return undefined
  }

  /** Follows a chain; -1 is that of free space. */
  private inChain(chain: number, chains: number): Damage | undefined {
    const name = chain === -1 ? 'the list of free space' : `hash chain ${chain}`
    const firstRecord = HEADER_BYTES + 4 * (chains + 1)
    let from = HEADER_BYTES + 4 * (chain + 1)
    let at = this.number(this.take(from, 4), 0)
    // A chain that comes back to an earlier record meets the remembered one, for which ever longer is waited.
    for (let [remembered, steps, limit] = [0, 0, 1]; at !== 0; steps++) {
      if (at < firstRecord || at + RECORD_HEAD_BYTES > this.size - this.base) {
        return this.damage(from, `${name} leads to offset ${this.base + at}, where no record can be`)
      }
      if (at === remembered) return this.damage(at, `${name} comes back to the record there`)
      if (steps === limit) [remembered, limit] = [at, 2 * limit]
      const head = this.take(at, RECORD_HEAD_BYTES)
      const what = this.inRecord(head, at, chain, chains)
      if (what !== undefined) return this.damage(at, what)
      from = at
      at = this.number(head, 0)
    }
    return undefined
  }

  private inRecord(head: Uint8Array, at: number, chain: number, chains: number): string | undefined {
    const [bytes, keyBytes, dataBytes, hash, mark] = [4, 8, 12, 16, 20].map((offset) => this.number(head, offset)) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const left = this.size - this.base - at - RECORD_HEAD_BYTES
    const isMarked = chain === -1 ? mark === MARK.free : mark === MARK.record || mark === MARK.dead
    if (!isMarked) return `the mark ${hex32(mark)} is not that of a ${chain === -1 ? 'free' : 'stored'} record`
    if (bytes > left) return `the record there has ${bytes} bytes, but only ${left} follow`
    if (chain === -1) return undefined
    if (keyBytes + dataBytes > bytes) {
      return `the record there has a key of ${keyBytes} bytes and data of ${dataBytes}, in ${bytes} bytes`
    }
    return hash % chains === chain ? undefined : `the record there belongs to hash chain ${hash % chains}, and is in ${chain}`
  }

  private damage = (at: number, what: string): Damage => ({ offset: this.base + at, what })

  private take = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    bytes.set(this.read(this.base + at, length))
    return bytes
  }

  private number = (bytes: Uint8Array, at: number): number => viewOf(bytes).getUint32(at, this.isLittleEndian)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
