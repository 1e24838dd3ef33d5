import { describe, expect, it } from 'vitest'
import { withCounters } from '../../scripts/fuzz/coverage.ts'
import { minimised } from '../../scripts/fuzz/minimise.ts'
import { Mutator } from '../../scripts/fuzz/mutate.ts'
import { Search } from '../../scripts/fuzz/search.ts'
import { CtdbtsError } from '../../src/lib/errors.ts'
import { Random } from '../../src/sim/world/random.ts'
import { type FuzzTarget, faultOf } from '../fuzz/target.ts'

const targetOf = (check: (input: Uint8Array) => void): FuzzTarget => ({ covers: [], refusals: ['DECODE'], check })

describe('an input shows a fault', () => {
  const nothing = new Uint8Array()

  it('if it raises an error that is not among the refusals', () => {
    const refusing = (code: 'DECODE' | 'ENCODE') =>
      targetOf(() => {
        throw new CtdbtsError(code, 'no')
      })
    expect(faultOf(refusing('DECODE'), nothing)).toBeUndefined()
    expect(faultOf(refusing('ENCODE'), nothing)?.kind).toMatch(/^CtdbtsError /)
    const endless: () => number = () => endless() + 1
    expect(faultOf(targetOf(endless), nothing)?.kind).toMatch(/^RangeError/)
  })

  it('if it changes the prototype of all objects', () => {
    const target = targetOf(() => void Reflect.set(Object.prototype, 'evil', 1))
    expect(faultOf(target, nothing)?.kind).toBe('prototype pollution')
    expect('evil' in {}).toBe(false)
  })

  it('if it takes too long', () => {
    const target = targetOf(() => {
      const begin = process.threadCpuUsage()
      while (process.threadCpuUsage(begin).user < 210_000);
    })
    expect(faultOf(target, nothing)?.kind).toBe('slow')
  })
})

describe('the counters in a source', () => {
  const counted = (source: string): { lines: number[]; run: (argument: unknown) => { result: unknown; ran: number[] } } => {
    const blocks: { file: string; line: number }[] = []
    const code = withCounters('a.ts', source, blocks)
    expect(code.split('\n').length).toBe(source.split('\n').length)
    return {
      lines: blocks.map(({ line }) => line),
      run: (argument) => {
        const hits = new Uint32Array(100)
        Reflect.set(globalThis, 'fuzzBlockHits', hits)
        const result: unknown = new Function('argument', `${code}\nreturn f(argument)`)(argument)
        return { result, ran: blocks.flatMap(({ line }, block) => (hits[block] ? [line] : [])) }
      },
    }
  }

  it.each([
    { source: 'const f = (a) =>\n  a\n    ? 1\n    : 2', argument: true, result: 1, ran: [2, 3] },
    { source: 'const f = (a) =>\n  a && \n  a.b', argument: null, result: null, ran: [2] },
    { source: 'function f(a) {\n  if (a)\n    return a ? 1 :\n 2\n  else return 3\n}', argument: 0, result: 3, ran: [1, 5] },
    {
      source: 'function f(a) {\n  switch (a) {\n    case 1:\n      return 5\n  default:\n    return 6\n  }\n}',
      argument: 1,
      result: 5,
      ran: [1, 4],
    },
    {
      source: 'function f(a) {\n  for (const b of a)\n    if (b) return b\n  return 0\n}',
      argument: [0],
      result: 0,
      ran: [1, 3],
    },
  ])('change nothing but what is counted: $source', ({ source, argument, result, ran }) => {
    expect(counted(source).run(argument)).toEqual({ result, ran })
  })
})

it('a search finds a fault behind several branches, by the code that each input runs', () => {
  const hits = new Uint32Array(8)
  const blocks = Array.from(hits, (_, index) => ({ file: 'a.ts', line: index }))
  const target = targetOf((input) => {
    for (const [index, byte] of [...Buffer.from('fuzzer')].entries()) {
      if (input[index] !== byte) return
      hits[index] = 1
    }
    throw new TypeError('found')
  })
  const search = new Search({ ...target, words: ['fu', 'zz', 'er'] }, { hits, blocks, literals: new Map() }, new Random(1))
  search.try(new Uint8Array())
  for (let tries = 0; tries < 50_000 && search.findings.size === 0; tries++) search.try(search.next())
  const [finding] = search.findings.values()
  expect(Buffer.from(finding?.input ?? []).toString()).toBe('fuzzer')
  expect(finding?.kind).toMatch(/^TypeError/)
})

describe('mutations', () => {
  it('are the same for the same seed', () => {
    const made = (seed: number) => {
      const mutator = new Mutator(new Random(seed), ['word', '7'])
      return Array.from({ length: 50 }, () =>
        Buffer.from(mutator.mutated(Buffer.from('an input'), Buffer.from('other'))).toString('hex'),
      )
    }
    expect(made(1)).toEqual(made(1))
    expect(made(1)).not.toEqual(made(2))
  })

  it('of JSON are JSON', () => {
    const mutator = new Mutator(new Random(1), [])
    const inputs = Array.from({ length: 200 }, () => mutator.mutatedJson(Buffer.from('{"a":[1,{"b":"c"}],"d":true}')))
    const texts = inputs.flatMap((input) => (input ? [Buffer.from(input).toString()] : []))
    expect(texts.length).toBeGreaterThan(150)
    expect(texts.map((text) => typeof JSON.parse(text))).not.toContain('undefined')
    expect(texts.some((text) => text.includes('"__proto__":'))).toBe(true)
  })

  it('of JSON take nothing from the kind of an object', () => {
    const mutator = new Mutator(new Random(1), [])
    const mutate = () => Array.from({ length: 1000 }, () => mutator.mutatedJson(Buffer.from('{"constructor":1}')))
    expect(mutate).not.toThrow()
  })
})

it('an input is made smaller while it holds what it has to', () => {
  const smaller = (input: string, holds: (text: string) => boolean) =>
    Buffer.from(minimised(Buffer.from(input), 1000, (bytes) => holds(Buffer.from(bytes).toString()))).toString()
  expect(smaller('a long text with a needle in it', (text) => text.includes('needle'))).toBe('needle')
  const json = (text: string): unknown => {
    try {
      return JSON.parse(text).a[0].b
    } catch {
      return undefined
    }
  }
  expect(smaller('{"x":1,"a":[{"c":[1,2],"b":7},8]}', (text) => json(text) === 7)).toBe('{"a":[{"b":7}]}')
})
