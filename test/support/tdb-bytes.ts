const HEADER_BYTES = 168
const RECORD_HEAD_BYTES = 24

/** A TDB file with one record in each hash chain but the last, which has two, as bytes. Its records are where {@link recordAt} says. */
export function tdbBytes({ chains = 3, isLittleEndian = true, mutexBytes = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(mutexBytes + recordAt(chains, chains + 1))
  const numbers = (at: number, ...values: number[]) => {
    for (const [index, value] of values.entries()) {
      if (isLittleEndian) bytes.writeUInt32LE(value, at + 4 * index)
      else bytes.writeUInt32BE(value, at + 4 * index)
    }
  }
  for (const at of [0, mutexBytes]) {
    bytes.write('TDB file\n', at)
    numbers(at + 32, 0x2601_196d, chains)
    numbers(at + 60, mutexBytes === 0 ? 0 : 1, mutexBytes)
  }
  for (let index = 0; index <= chains; index++) {
    const chain = Math.min(index, chains - 1)
    const at = recordAt(chains, index)
    const next = index === chains - 1 ? recordAt(chains, chains) : 0
    numbers(mutexBytes + at, next, 20, 3, 5, chain, 0x2601_1999)
    if (index < chains) numbers(mutexBytes + HEADER_BYTES + 4 * (chain + 1), at)
  }
  return bytes
}

/** Where the file of so many chains has its record of this number. */
export const recordAt = (chains: number, index: number): number =>
  HEADER_BYTES + 4 * (chains + 1) + index * (RECORD_HEAD_BYTES + 20)
