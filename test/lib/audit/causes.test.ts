import { describe, expect, it } from 'vitest'
import { CAUSES } from '../../../src/lib/audit/causes.ts'
import { CHECKS } from '../../../src/lib/audit/registry.ts'

describe('the rules of what follows from what', () => {
  it('name checks that there are', () => {
    const ids = new Set(CHECKS.map(({ id }) => id))
    const named = Object.entries(CAUSES).flatMap(([effect, rules]) => [effect, ...rules.map(({ cause }) => cause)])
    expect(named.filter((id) => !ids.has(id))).toEqual([])
  })

  it('never lead back to where they began', () => {
    const behind = (id: string, path: readonly string[]): void => {
      expect(path).not.toContain(id)
      for (const { cause } of CAUSES[id] ?? []) behind(cause, [...path, id])
    }
    for (const { id } of CHECKS) behind(id, [])
  })
})
