import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/lib/audit/registry.ts'

describe('the rules about causes', () => {
  it('name existing checks', () => {
    const ids = new Set(CHECKS.map(({ id }) => id))
    const named = CHECKS.flatMap(({ causes = [] }) => causes.map(({ id }) => id))
    expect(named.filter((id) => !ids.has(id))).toEqual([])
  })

  it('have no cycles', () => {
    const behind = (id: string, path: readonly string[]): void => {
      expect(path).not.toContain(id)
      for (const cause of CHECKS.find((check) => check.id === id)?.causes ?? []) behind(cause.id, [...path, id])
    }
    for (const { id } of CHECKS) behind(id, [])
  })
})
