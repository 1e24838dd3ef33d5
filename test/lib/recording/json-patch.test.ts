import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patchBetween, patched } from '../../../src/lib/recording/json-patch.ts'

/** Plain data with few keys and values, so that two of them have much in common. */
const documents = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1, '', 'a', '__proto__'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', '', '/', '~1', '__proto__', 'length', '0'), tie('value')),
  ),
})).value

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('patchBetween', () => {
  it('leads from any document to any other, and leaves the first as it is', () => {
    fc.assert(
      fc.property(documents, documents, (before, after) => {
        const was = JSON.stringify(before)
        const steps = json(patchBetween(json(before), json(after)))
        expect(json(patched(json(before), steps as never))).toEqual(json(after))
        expect(JSON.stringify(before)).toBe(was)
      }),
    )
  })

  it('says nothing where nothing differs, and takes undefined for absent', () => {
    expect(patchBetween({ a: 1, b: undefined }, { a: 1 })).toEqual([])
    expect(patchBetween({ a: 1 }, { a: undefined })).toEqual([{ op: 'remove', path: '/a' }])
  })

  it('inserts into a list and removes from it, and leaves the rest', () => {
    const list = [{ a: 1 }, { a: 2 }, { a: 3 }]
    expect(patchBetween(list, list.toSpliced(1, 0, { a: 9 }))).toEqual([{ op: 'add', path: '/1', value: { a: 9 } }])
    expect(patchBetween(list, list.toSpliced(1, 1))).toEqual([{ op: 'remove', path: '/1' }])
    expect(patchBetween(list, list.with(2, { a: 4 }))).toEqual([{ op: 'replace', path: '/2/a', value: 4 }])
  })
})

describe('patched', () => {
  it('shares what has not changed', () => {
    const document = { a: { b: 1 }, c: { d: 2 } }
    const changed = patched(document, [{ op: 'replace', path: '/a/b', value: 5 }]) as typeof document
    expect(changed).toEqual({ a: { b: 5 }, c: { d: 2 } })
    expect(changed.c).toBe(document.c)
  })

  it.each([
    { op: 'remove', path: '/b' },
    { op: 'replace', path: '/b', value: 1 },
    { op: 'replace', path: '/a/1', value: 1 },
    { op: 'replace', path: '/a/00', value: 1 },
    { op: 'add', path: '/a/2', value: 1 },
    { op: 'add', path: '/a/-', value: 1 },
    { op: 'add', path: '/a/0/b/c', value: 1 },
    { op: 'replace', path: '/constructor/name', value: 'x' },
    { op: 'remove', path: '' },
  ] as const)('does not apply what does not fit: %j', (step) => {
    expect(patched({ a: [{}] }, [step])).toBeUndefined()
  })
})
