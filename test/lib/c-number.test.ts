import { describe, expect, it } from 'vitest'
import { lenientInt, unsignedNumber } from '../../src/lib/c-number.ts'
import { CtdbtsError } from '../../src/lib/errors.ts'

describe('an unsigned number', () => {
  it.each([
    ['0', 0n],
    ['42', 42n],
    ['  +42', 42n],
    ['0x2A', 42n],
    ['052', 42n],
    ['42 and more', 42n],
    ['0x', 0n],
    ['08', 0n],
    ['18446744073709551615', 0xffff_ffff_ffff_ffffn],
  ])('%j is %s', (text, value) => {
    expect(unsignedNumber(text, 'it')).toBe(value)
  })

  it.each([
    ['', 22],
    ['x1', 22],
    ['-1', 22],
    ['-0', 22],
    ['18446744073709551616', 34],
  ])('is not %j', (text, exitStatus) => {
    let error: unknown
    try {
      unsignedNumber(text, 'it')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(CtdbtsError)
    expect(error).toMatchObject({ exitStatus, ctdbText: { stderr: [] } })
  })
})

describe('an int', () => {
  it.each([
    ['7', 7],
    [' -7x', -7],
    ['seven', 0],
    ['', 0],
    ['0x10', 0],
    ['4294967297', 1],
    ['2147483648', -2_147_483_648],
    ['99999999999999999999', -1],
    ['-99999999999999999999', 0],
  ])('of %j is %i', (text, value) => {
    expect(lenientInt(text)).toBe(value)
  })
})
