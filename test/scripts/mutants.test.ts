import { describe, expect, it } from 'vitest'
import { choose } from '../../scripts/mutants/choose.ts'
import { mutantsIn } from '../../scripts/mutants/find.ts'
import { findAgain } from '../../scripts/mutants/list-file.ts'
import type { Mutant } from '../../scripts/mutants/mutant.ts'

const faultsIn = (source: string): string[] => mutantsIn('a.ts', `${source}\n`).map(({ after }) => after)

describe('mutants', () => {
  it.each([
    { source: 'f(a < b)', faults: ['f(a <= b)'] },
    { source: 'f(a && b)', faults: ['f(a || b)'] },
    { source: 'f(a === 2)', faults: ['f(a !== 2)', 'f(a === 3)', 'f(a === 1)'] },
    { source: 'if (a) throw b', faults: ['if (!(a)) throw b', ';'] },
    { source: 'const isOpen = true', faults: ['const isOpen = false'] },
    { source: "throw new CtdbtsError('NO_NODE', text)", faults: ["throw new CtdbtsError('NO_NODE_X', text)"] },
  ])('are made of $source', ({ source, faults }) => {
    expect(faultsIn(source)).toEqual(faults)
  })

  it.each([
    { what: 'types', source: 'type A = 1 | true', faults: [] },
    { what: 'texts', source: "f('1 < 2' + a)", faults: [] },
    { what: 'comments', source: '// 1 < 2 && true', faults: [] },
    { what: 'times', source: 'const limitMs = 7', faults: [] },
    { what: 'large round numbers', source: 'f(30_000)', faults: [] },
    { what: 'the operator of an order', source: 'f(a < b ? -c : c)', faults: ['f(!(a < b) ? -c : c)'] },
  ])('are not made of $what', ({ source, faults }) => {
    expect(faultsIn(source)).toEqual(faults)
  })

  it('are chosen by the seed, from each folder in turn', () => {
    const all = ['src/a/x.ts', 'src/a/y.ts', 'src/b/z.ts', 'src/c/z.ts'].flatMap((file) =>
      mutantsIn(file, 'if (a < 3 && b) throw true\nf(c > 5)\n'),
    )
    const chosen = choose(all, 7, 6)
    expect(choose(all, 7, 6)).toEqual(chosen)
    expect(choose(all, 8, 6)).not.toEqual(chosen)
    for (const three of [chosen.slice(0, 3), chosen.slice(3)]) {
      expect(three.map(({ file }) => file.slice(0, 5)).sort()).toEqual(['src/a', 'src/b', 'src/c'])
    }
  })

  it('are found again by their line where the file moved or grew', () => {
    const mutant: Mutant = { file: 'src/a/x.ts', line: 2, kind: 'operator', before: 'f(a < b)', after: 'f(a <= b)' }
    const moved = new Map([
      ['src/c/y.ts', ['f(a < b)']],
      ['src/b/x.ts', ['f(a < b)', 'new', 'new', '  f(a < b)', 'f(a < b)']],
    ])
    expect(findAgain(mutant, moved)).toMatchObject({ file: 'src/b/x.ts', line: 1 })
    expect(findAgain({ ...mutant, line: 4 }, moved)).toMatchObject({ file: 'src/b/x.ts', line: 4 })
    expect(findAgain({ ...mutant, before: 'f(a > b)' }, moved)).toBeUndefined()
  })
})
