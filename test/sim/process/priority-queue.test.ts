import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PriorityQueue } from '../../../src/sim/process/priority-queue.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

takeSeedFromEnvironment()

const ascending = (a: number, b: number) => a - b
const isEven = (value: number) => value % 2 === 0

describe('a priority queue', () => {
  it('returns nothing when it is empty', () => {
    const queue = new PriorityQueue<number>(ascending)
    expect(queue.first).toBeUndefined()
    expect(queue.take()).toBeUndefined()
    queue.add(1)
    expect([queue.take(), queue.take(), queue.first]).toEqual([1, undefined, undefined])
  })

  it('always returns its smallest item, whatever was added, taken and removed before', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom('take' as const, 'keep' as const)), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, (list) => {
        const queue = new PriorityQueue<number>(ascending)
        let plain: number[] = []
        for (const step of list) {
          if (step === 'take') {
            expect(queue.take()).toBe(plain[0])
            plain = plain.slice(1)
          } else if (step === 'keep') {
            queue.keep(isEven)
            plain = plain.filter(isEven)
          } else {
            queue.add(step)
            plain = [...plain, step].sort(ascending)
          }
          expect([queue.first, queue.size]).toEqual([plain[0], plain.length])
        }
      }),
    )
  })
})
