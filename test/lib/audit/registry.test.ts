import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/lib/audit/registry.ts'

const folder = join(import.meta.dirname, '../../../src/lib/audit/checks')

describe('the list of checks', () => {
  it('has every file of the folder; if not, run `npm run generated`', () => {
    const files = readdirSync(folder).filter((name) => name !== 'index.ts')
    expect(CHECKS.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted())
  })

  it('has a position of its own for each', () => {
    const groups = Map.groupBy(CHECKS, ({ order }) => order)
    const shared = [...groups].filter(([, checks]) => checks.length > 1)
    expect(shared.map(([order, checks]) => ({ order, ids: checks.map(({ id }) => id) }))).toEqual([])
  })
})
