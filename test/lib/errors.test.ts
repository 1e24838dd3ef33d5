import { describe, expect, test } from 'vitest'
import { CtdbtsError, EndedError, inOwnWords } from '../../src/lib/errors.ts'

const cause = new Error('the reason')
const error = new CtdbtsError('NO_CTDB', 'it failed', {
  hint: 'try again',
  exitStatus: 5,
  ctdbText: { stderr: ['Failed'] },
  cause,
})

describe('a copy of an error', () => {
  test('keeps the fields that are not changed', () => {
    expect(error.with({})).toMatchObject({
      code: 'NO_CTDB',
      message: 'it failed',
      hint: 'try again',
      exitStatus: 5,
      ctdbText: { stderr: ['Failed'] },
      cause,
    })
  })

  test('has the changed fields', () => {
    const changes = {
      code: 'NO_WAY',
      message: 'all failed',
      hint: 'wait',
      exitStatus: 6,
      ctdbText: { stderr: [] },
      cause: error,
    } as const
    expect(error.with(changes)).toMatchObject(changes)
  })

  test('loses fields that are set to undefined, and has the default exit status then', () => {
    const copy = error.with({ hint: undefined, exitStatus: undefined, ctdbText: undefined, cause: undefined })
    expect(copy).toMatchObject({ code: 'NO_CTDB', message: 'it failed', hint: undefined, exitStatus: 1, ctdbText: undefined })
    expect(copy.cause).toBeUndefined()
  })

  test('leaves the original as it was, and is a plain error', () => {
    const ended = new EndedError('INTERRUPTED', 'interrupted', { exitStatus: 130 })
    const copy = ended.with({ message: 'stopped' })
    expect(ended.message).toBe('interrupted')
    expect(copy).not.toBeInstanceOf(EndedError)
    expect(copy).toMatchObject({ code: 'INTERRUPTED', exitStatus: 130 })
  })
})

test('an error in our own words lacks only those of ctdb', () => {
  expect(inOwnWords(error)).toMatchObject({ code: 'NO_CTDB', hint: 'try again', exitStatus: 5, ctdbText: undefined, cause })
})
