import { describe, expect, it } from 'vitest'
import { documentFaults } from './documents.ts'
import { type Schema, schemaFaults } from './json-schema.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    kind: { type: 'string', const: 'a' },
    size: { type: ['number', 'null'] },
    list: { type: 'array', items: { $ref: '#/definitions/A%3C1%3E' } },
    pair: { type: 'array', items: [{ type: 'number' }, { type: 'string' }], minItems: 2, maxItems: 2 },
    map: { type: 'object', additionalProperties: { type: 'number' } },
    either: { anyOf: [{ type: 'string', enum: ['x', 'y'] }, { type: 'null' }] },
  },
  required: ['kind'],
  definitions: { 'A<1>': { type: 'boolean' } },
}

describe('what a schema finds', () => {
  it.each([
    [{ kind: 'a', size: null, list: [true], pair: [1, 'a'], map: { any: 1 }, either: 'x' }, []],
    [{ kind: 'b' }, ['.kind: not "a"']],
    [{}, ['.kind: missing']],
    [{ kind: 'a', more: 1 }, ['.more: not in the schema']],
    [{ kind: 'a', size: 'large' }, ['.size: string, not number,null']],
    [{ kind: 'a', list: [true, 1] }, ['.list[1]: number, not boolean']],
    [{ kind: 'a', pair: [1] }, ['.pair: 1 items']],
    [{ kind: 'a', map: { any: 'a' } }, ['.map.any: string, not number']],
    [{ kind: 'a', either: 'z' }, ['.either: "z" is not in the list']],
    [[], [': array, not object']],
  ])('%j', (value, faults) => {
    expect(schemaFaults(value, schema)).toEqual(faults)
  })

  it('refuses keywords that it does not know', () => {
    expect(() => schemaFaults(1, { not: {} } as Schema)).toThrow('unknown keywords: not')
  })
})

describe('the output of a command line', () => {
  it.each([
    [['pnn', '--json'], '{ "formatVersion": 1, "pnn": 0 }', []],
    [['pnn', '--json'], '{ "formatVersion": 1, "pnn": "0" }', ['pnn: .pnn: string, not number']],
    [['-n', '1', 'pnn'], '0\n', []],
    [['pnn', '--json'], '{ "formatVersion": 1, "error": { "code": "BUG", "message": "it broke" } }', []],
    [['watch', '--json'], '{"event":"left-out","count":1}\n{"event":"left-out"}\n', ['watch: .count: missing']],
  ])('%j %s', (argv, stdout, faults) => {
    expect(documentFaults(argv, stdout)).toEqual(faults)
  })
})
