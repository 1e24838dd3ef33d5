import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { type Outcome, Program } from '../../../src/sim/process/program.ts'
import { already, type Process, until, type Wait } from '../../../src/sim/process/wait.ts'

function setUp() {
  const clock = new VirtualClock(0)
  const bugs: unknown[] = []
  const program = new Program(clock, (error) => bugs.push(error))
  const done: string[] = []
  const note = (text: string) => done.push(`${text} at ${clock.nowMs}`)
  return { clock, bugs, program, done, note }
}

/** A wait that ends when the test says so. */
function byHand<T>() {
  let settle: { done: (value: T) => void; failed: (error: unknown) => void } | undefined
  const wait: Wait<T> = (done, failed) => {
    settle = { done, failed }
    return undefined
  }
  return { wait, done: (value: T) => settle?.done(value), fail: (error: unknown) => settle?.failed(error) }
}

describe('a process', () => {
  it('continues with the value when the operation that it waits for is done', () => {
    const { clock, program, note, done } = setUp()
    program.start(
      (function* () {
        yield* until(program.sleep(10))
        note(yield* until(already('value')))
      })(),
    )
    clock.advanceBy(20)
    expect(done).toEqual(['value at 10'])
  })

  it('waits for thousands of immediate operations without overflowing the stack', () => {
    const { program, note, done } = setUp()
    program.start(
      (function* () {
        for (let count = 0; count < 100_000; count++) yield* until(already(count))
        note('end')
      })(),
    )
    expect(done).toEqual(['end at 0'])
  })

  it('gets the error of a failed operation thrown into it, and may catch it', () => {
    const { program, bugs } = setUp()
    const { wait, fail } = byHand<void>()
    const caught: unknown[] = []
    program.start(
      (function* () {
        try {
          yield* until(wait)
        } catch (error) {
          caught.push(error)
        }
        yield* until((_, failed) => {
          failed(new Error('at once'))
          return undefined
        })
      })(),
    )
    const error = new Error('later')
    fail(error)
    expect(caught).toEqual([error])
    expect(bugs).toEqual([new Error('at once')])
  })

  it('ends with an error that it does not catch, which is a bug unless its end is handled', () => {
    const { program, bugs } = setUp()
    const outcomes: Outcome<void>[] = []
    // biome-ignore lint/correctness/useYield: it is a process that never waits.
    const failing = function* (): Process<void> {
      throw new Error('bug')
    }
    program.start(failing(), (outcome) => outcomes.push(outcome))
    expect(bugs).toEqual([])
    program.start(failing())
    expect(bugs).toEqual([new Error('bug')])
    expect(outcomes).toEqual([{ ok: false, error: new Error('bug') }])
  })

  it('runs its `finally` blocks when an error is thrown into it', () => {
    const { program, note, done } = setUp()
    const { wait, fail } = byHand<void>()
    program.start(
      (function* () {
        try {
          yield* until(wait)
        } finally {
          note('finally')
        }
      })(),
    )
    fail(new Error('x'))
    expect(done).toEqual(['finally at 0'])
  })

  it('uses only the first result of a wait', () => {
    const { program, done, note } = setUp()
    const { wait, done: settle, fail } = byHand<string>()
    program.start(
      (function* () {
        note(yield* until(wait))
        yield* until(program.sleep(10))
        note('never, as the clock stands')
      })(),
    )
    settle('first')
    settle('second')
    fail(new Error('third'))
    expect(done).toEqual(['first at 0'])
  })
})

describe('several processes at once', () => {
  it('are awaited until the last has ended, with outcomes in the given order', () => {
    const { clock, program, done, note } = setUp()
    const sleeper = function* (ms: number): Process<number> {
      yield* until(program.sleep(ms))
      if (ms === 20) throw new Error('x')
      return ms
    }
    let outcomes: unknown
    program.start(
      (function* () {
        outcomes = yield* until(program.all([sleeper(30), sleeper(10), sleeper(20)]))
        note('all')
      })(),
    )
    clock.advanceBy(29)
    expect(done).toEqual([])
    clock.advanceBy(1)
    expect(done).toEqual(['all at 30'])
    expect(outcomes).toEqual([
      { ok: true, value: 30 },
      { ok: true, value: 10 },
      { ok: false, error: new Error('x') },
    ])
  })

  it('are over at once when there are none', () => {
    const { program, done, note } = setUp()
    program.start(
      (function* () {
        note(JSON.stringify(yield* until(program.all([]))))
      })(),
    )
    expect(done).toEqual(['[] at 0'])
  })
})

describe('a stopped program', () => {
  it('queues everything, and does it in order when it is continued', () => {
    const { clock, program, done, note } = setUp()
    program.start(
      (function* () {
        yield* until(program.sleep(10))
        note('slept')
        yield* until(program.sleep(10))
        note('slept again')
      })(),
    )
    program.stop()
    program.do(() => note('told'))
    clock.advanceBy(100)
    expect([done, program.runs, program.isDead]).toEqual([[], false, false])
    program.continue()
    expect(done).toEqual(['told at 100', 'slept at 100'])
    clock.advanceBy(10)
    expect(done[2]).toBe('slept again at 110')
  })

  it('keeps waiting when it stops itself during a wait that is over at once', () => {
    const { program, done, note } = setUp()
    program.start(
      (function* () {
        yield* until<void>((go) => {
          program.stop()
          go()
          return undefined
        })
        note('on')
      })(),
    )
    expect(done).toEqual([])
    program.continue()
    expect(done).toEqual(['on at 0'])
  })

  it('holds back the rest when a queued action stops it again', () => {
    const { program, done, note } = setUp()
    program.stop()
    program.do(() => {
      note('first')
      program.stop()
    })
    program.do(() => note('second'))
    program.continue()
    expect(done).toEqual(['first at 0'])
    program.continue()
    expect(done).toEqual(['first at 0', 'second at 0'])
  })

  it('never runs a cancelled action, even if it became due while the program was stopped', () => {
    const { clock, program, done, note } = setUp()
    program.stop()
    program.do(() => cancel())
    const cancel = program.after(10, () => note('timeout'))
    clock.advanceBy(20)
    program.continue()
    expect(done).toEqual([])
  })
})

describe('a killed program', () => {
  it('does nothing any more: no due, no queued and no called actions', () => {
    const { clock, program, done, note } = setUp()
    const guarded = program.guard(note)
    program.after(10, () => note('timer'))
    program.start(
      (function* () {
        yield* until(program.sleep(10))
        note('process')
      })(),
    )
    program.stop()
    program.do(() => note('piled up'))
    program.kill()
    program.continue()
    guarded('guarded')
    program.start(
      // biome-ignore lint/correctness/useYield: it is a process that never waits.
      (function* () {
        note('started')
      })(),
    )
    clock.advanceBy(20)
    expect([done, program.runs, program.isDead]).toEqual([[], false, true])
  })

  it('stays dead when it is stopped or continued', () => {
    const { program } = setUp()
    program.kill()
    program.stop()
    program.continue()
    expect(program.isDead).toBe(true)
  })
})
