import { describe, expect, it } from 'vitest'
import { givenTo, mergeBySequence, newestCopy } from '../../../src/lib/recovery/merge-records.ts'

const record = (key: string, rsn: number, dmaster: number, value: string) => ({
  key: Buffer.from(key),
  header: { rsn: BigInt(rsn), dmaster, reserved: 0, flags: 0 },
  value: Buffer.from(value),
})
const values = (records: ReturnType<typeof record>[]) =>
  Object.fromEntries(records.map(({ key, value }) => [key.toString(), value.toString()]))

describe('a recovery', () => {
  it('keeps of each record the copy with the highest sequence number', () => {
    const merged = mergeBySequence([
      { pnn: 0, records: [record('a', 3, 1, 'old'), record('b', 7, 0, 'new'), record('c', 1, 0, 'only')] },
      { pnn: 1, records: [record('a', 4, 1, 'new'), record('b', 6, 0, 'old')] },
    ])
    expect(values(merged)).toEqual({ a: 'new', b: 'new', c: 'only' })
  })

  it.each([[0], [1]])('keeps, of equal copies, that of the node that could change it, here node %i', (dmaster) => {
    const nodes = [0, 1].map((pnn) => ({ pnn, records: [record('a', 5, dmaster, `of ${pnn}`)] }))
    expect(values(mergeBySequence(nodes))).toEqual({ a: `of ${dmaster}` })
  })

  it('drops a record that was deleted later than the copies that other nodes have', () => {
    const nodes = [
      { pnn: 0, records: [record('a', 5, 0, '')] },
      { pnn: 1, records: [record('a', 4, 0, 'old'), record('b', 0, 1, '')] },
    ]
    expect(mergeBySequence(nodes)).toEqual([])
  })

  it('makes the leader the master of all records', () => {
    expect(givenTo(2, [record('a', 5, 0, 'x')])).toEqual([
      { ...record('a', 5, 0, 'x'), header: { rsn: 5n, dmaster: 2, reserved: 0, flags: 0x0001_0000 } },
    ])
  })

  it('keeps the copy with the most transactions, that of the leader if it is one of them', () => {
    const numbers = (...list: number[]) => list.map((number, pnn) => ({ pnn, sequenceNumber: BigInt(number) }))
    expect(newestCopy(0, numbers(3, 5, 4))).toBe(1)
    expect(newestCopy(2, numbers(5, 4, 5))).toBe(2)
    expect(newestCopy(1, numbers(5, 4, 5))).toBe(0)
    expect(newestCopy(0, numbers(0, 0))).toBeUndefined()
  })
})
