import { describe, expect, it } from 'vitest'
import { isSpoiled, readHomeNodes } from '../../../src/lib/cluster/home-nodes.ts'

describe('a home_nodes file', () => {
  it('has an address and a node on each line, between blanks and tabs', () => {
    const text = '192.168.1.1 0\n\t192.168.1.2\t 2 and more\n\n[fd00::0:1] 1\n::ffff:10.0.0.1 3'
    expect(readHomeNodes(text)).toEqual({
      homes: [
        { line: 1, address: '192.168.1.1', pnn: 0 },
        { line: 2, address: '192.168.1.2', pnn: 2 },
        { line: 4, address: 'fd00::1', pnn: 1 },
        { line: 5, address: '10.0.0.1', pnn: 3 },
      ],
      faults: [],
    })
  })

  it.each([
    ['# homes of all', 'the file can have no comments'],
    ['#10.0.0.2 1', 'the file can have no comments'],
    ['10.0.0.1/24 1', 'an address has no mask here'],
    ['node1 1', 'it does not begin with an IP address'],
    ['10.0.0.1 one', 'what follows the address is not a PNN'],
    ['10.0.0.1 -1', 'what follows the address is not a PNN'],
    ['10.0.0.1 1\r', 'it ends in a carriage return'],
  ])('is spoiled by a line %j', (line, reason) => {
    const reading = readHomeNodes(`10.0.0.9 1\n${line}\n`)
    expect(reading.faults).toEqual([{ line: 2, reason, spoilsFile: true }])
    expect(isSpoiled(reading)).toBe(true)
  })

  it.each([
    ['10.0.0.1', 'it has no PNN'],
    ['10.0.0.9 2', '10.0.0.9 has a node by line 1 already'],
  ])('is not spoiled by a line %j, which has no effect', (line, reason) => {
    const reading = readHomeNodes(`10.0.0.9 1\n${line}\n`)
    expect(reading).toEqual({
      homes: [{ line: 1, address: '10.0.0.9', pnn: 1 }],
      faults: [{ line: 2, reason, spoilsFile: false }],
    })
  })

  it('may have a lone #', () => {
    expect(readHomeNodes('#\n##\n')).toEqual({ homes: [], faults: [] })
  })
})
