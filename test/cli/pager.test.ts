import { describe, expect, it } from 'vitest'
import { pagerEnv, pagerOf } from '../../src/cli/pager.ts'

describe('the pager', () => {
  it.each([
    [{}, 'less'],
    [{ PAGER: 'more -s' }, 'more -s'],
    [{ PAGER: '' }, undefined],
    [{ PAGER: 'cat' }, undefined],
    [{ TERM: 'dumb' }, undefined],
  ])('of %j is %s', (env, pager) => {
    expect(pagerOf(env)).toBe(pager)
  })

  it('has the options of git, unless the user has set others', () => {
    expect(pagerEnv({})).toEqual({ LESS: 'FRX', LV: '-c' })
    expect(pagerEnv({ LESS: '-S' }).LESS).toBe('-S')
  })
})
