import { describe, expect, it } from 'vitest'
import { RecordLocks, type Release } from '../../../src/sim/databases/record-locks.ts'

function setUp() {
  const locks = new RecordLocks()
  const said: string[] = []
  const releases = new Map<string, Release>()
  const lock = (record: string, who: string) =>
    locks.lock(record)(
      (release) => {
        said.push(who)
        releases.set(who, release)
      },
      () => {},
    )
  const release = (who: string) => releases.get(who)?.()
  const freeze = (who: string) =>
    locks.freeze()(
      () => said.push(who),
      () => said.push(`${who} failed`),
    )
  return { locks, said, lock, release, freeze }
}

describe('the locks of records', () => {
  it('are given to one at a time, in the order in which they are asked for', () => {
    const { said, lock, release } = setUp()
    lock('a', 'first')
    lock('a', 'second')
    lock('a', 'third')
    lock('b', 'other')
    expect(said).toEqual(['first', 'other'])
    release('first')
    release('first')
    expect(said).toEqual(['first', 'other', 'second'])
    release('second')
    expect(said.at(-1)).toBe('third')
  })

  it('are not given to who no longer waits', () => {
    const { said, lock, release } = setUp()
    lock('a', 'first')
    lock('a', 'second')?.()
    lock('a', 'third')
    release('first')
    expect(said).toEqual(['first', 'third'])
  })

  it('are given to nobody while all is frozen, which waits until all are given back', () => {
    const { locks, said, lock, release, freeze } = setUp()
    lock('a', 'first')
    freeze('frozen')
    lock('b', 'second')
    expect([said, locks.isBlocked]).toEqual([['first'], true])
    release('first')
    freeze('again')
    expect(said).toEqual(['first', 'frozen', 'again'])
    locks.thaw()
    expect([said.at(-1), locks.isBlocked]).toEqual(['second', false])
  })

  it('keep nobody waiting for a freeze that was ended before it began', () => {
    const { locks, said, lock, freeze } = setUp()
    lock('a', 'first')
    freeze('frozen')
    locks.thaw()
    expect(said).toEqual(['first', 'frozen failed'])
  })
})
