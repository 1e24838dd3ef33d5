import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../../src/sim/world/scenario.ts'

const parse = (text: string) => parseScenario(text, 'file.sim')

describe('a scenario', () => {
  it('has settings and steps in any order, and comments after #', () => {
    const text = `# the seed article
nodes 3
  addresses   5  # of them
seed 42
era 2017

at 2.5 restart-network 1
at 1 link 0 bond0 down # pulled
`
    expect(parse(text)).toEqual({
      nodes: 3,
      addresses: 5,
      seed: 42,
      era: '2017',
      steps: [
        { atMs: 1_000, command: 'link 0 bond0 down', line: 8 },
        { atMs: 2_500, command: 'restart-network 1', line: 7 },
      ],
    })
  })

  it('has no settings that are not in the file', () => {
    expect(parse('')).toEqual({ steps: [] })
    expect(parse('at 0 heal')).toEqual({ steps: [{ atMs: 0, command: 'heal', line: 1 }] })
  })

  it('counts times with a + from the previous step in the file', () => {
    const { steps } = parse('at 10 heal\nat +1.25 heal\nat +1 heal\nat 3 heal\nat +1 heal')
    expect(steps.map(({ atMs, line }) => [atMs, line])).toEqual([
      [3_000, 4],
      [4_000, 5],
      [10_000, 1],
      [11_250, 2],
      [12_250, 3],
    ])
  })

  it('runs steps at the same time in the order of the file', () => {
    const { steps } = parse('at 1 stop 0\nat 1 stop 1\nat +0 stop 2')
    expect(steps.map(({ command }) => command)).toEqual(['stop 0', 'stop 1', 'stop 2'])
  })

  it('uses the last of several settings, and accepts Windows line ends', () => {
    expect(parse('nodes 3\r\nnodes 4\r\nat 1 heal\r\n')).toEqual({
      nodes: 4,
      steps: [{ atMs: 1_000, command: 'heal', line: 3 }],
    })
  })

  it.each([
    ['nodes three', 'nodes takes a whole number, not "three"'],
    ['nodes -1', 'nodes takes a whole number, not "-1"'],
    ['addresses 1.5', 'addresses takes a whole number, not "1.5"'],
    ['seed', 'seed takes a whole number, not ""'],
    ['seed 1234567890', 'seed takes a whole number, not "1234567890"'],
    ['era 1984', 'the era is 2017 or now, not "1984"'],
    ['era', 'the era is 2017 or now, not ""'],
    ['nodes 3 4', /^a line is "at SECONDS COMMAND", .*, not "nodes"$/],
    ['era now 2017', /^a line is .*, not "era"$/],
    ['restart-network 1', /^a line is .*, not "restart-network"$/],
    ['at', '"" is not a time: give a number of seconds, or + and a number'],
    ['at soon heal', '"soon" is not a time: give a number of seconds, or + and a number'],
    ['at -1 heal', '"-1" is not a time: give a number of seconds, or + and a number'],
    ['at 1e3 heal', '"1e3" is not a time: give a number of seconds, or + and a number'],
    ['at 1.2345 heal', '"1.2345" is not a time: give a number of seconds, or + and a number'],
    ['at 1234567 heal', '"1234567" is not a time: give a number of seconds, or + and a number'],
    ['at 1', 'there is no command ""'],
    ['at 1 # heal', 'there is no command ""'],
    ['at 1 explode 0', 'there is no command "explode"'],
    ['at 1 stop', 'usage: stop NODE'],
    ['at 1 link 0 bond0', 'usage: link NODE INTERFACE up|down'],
    ['at 1 heal 0', 'usage: heal'],
  ])('rejects %j, naming file, line and reason', (line, reason) => {
    try {
      parse(`nodes 3\n\n${line}\n`)
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_SCENARIO', hint: expect.stringContaining('sim --help') })
      const { message } = error as Error
      expect(message.startsWith('file.sim, line 3: ')).toBe(true)
      const text = message.slice('file.sim, line 3: '.length)
      if (typeof reason === 'string') expect(text).toBe(reason)
      else expect(text).toMatch(reason)
      return
    }
    throw new Error('it was taken')
  })

  it('rejects a file that is too long', () => {
    expect(() => parse('#'.repeat((1 << 20) + 1))).toThrow('file.sim is too long for a scenario (over 1048576 bytes)')
  })
})
