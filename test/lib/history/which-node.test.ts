import { describe, expect, it } from 'vitest'
import { readHistory } from '../../support/history.ts'

const line = (second: number, program: string, text: string) =>
  `${new Date(Date.UTC(2026, 10, 28, 16, 0, 0) + second * 1_000).toISOString().replace('Z', '000+00:00')} x ${program}[7]: ${text}\n`
const flags = (pnn: number) => line(1, 'ctdbd', `Node ${pnn} has changed flags - 0x0 -> 0x4`)

/** What is found out of logs that say nothing of their own node: `file=PNN`. */
function found(logs: Readonly<Record<string, string>>) {
  const ofHosts = Object.entries(logs).map(([file, text]) => ({ file, text: text.replaceAll(' x ctdb', ` ${file} ctdb`) }))
  const { nodes, unknown } = readHistory(ofHosts)
  return [
    ...nodes.flatMap(({ pnn, sources }) => sources.map(({ file }) => `${file}=${pnn}`)),
    ...unknown.map(({ file }) => `${file}?`),
  ]
}

const own = (pnn: number) => line(0, 'ctdb-recoverd', `Took cluster lock, leader=${pnn}`)

describe('which node a log is from', () => {
  it('is told by elimination, if there are as many logs as nodes', () => {
    expect(found({ a: own(0) + flags(1) + flags(2), b: flags(0), c: flags(0) + flags(1) })).toEqual(['a=0', 'b=1', 'c=2'])
  })

  it('is not told where a log may be of a node that another one names, and as well of one that none does', () => {
    const all = found({ a: own(0) + flags(1) + flags(2) + flags(3), b: flags(1), c: flags(1) })
    expect(all.filter((each) => each.endsWith('?'))).toEqual(['b?', 'c?'])
  })

  it('is never a node whose flags a line says to have changed', () => {
    expect(found({ a: own(0) + flags(1), b: flags(1) }).at(-1)).toBe('b?')
  })
})

describe('which node a log is not from', () => {
  const dead = (own: number, pnn: number) =>
    line(1, 'ctdbd', `Tearing down connection to dead node :${pnn}`) +
    line(1, 'ctdbd', `10.0.0.${own + 1}:4379: node 10.0.0.${pnn + 1}:4379 is dead: 2 connected`)

  it('is not told by elimination where a log would be of a node that another one is surely of', () => {
    // Node 2 wrote nothing, and nobody names node 1.
    const b = dead(1, 2) + flags(0)
    const d = dead(3, 2) + flags(0) + line(2, 'ctdb-recoverd', 'Recovery initiated due to problem with node 3')
    expect(found({ a: own(0) + dead(0, 2), b, d }).filter((each) => each.endsWith('?'))).toEqual(['b?', 'd?'])
  })

  it('is not told by elimination where there are more nodes than are named', () => {
    const b = line(1, 'ctdbd', '10.0.0.2:4379: connected to 10.0.0.1:4379 - 1 connected')
    const logs = { a: own(0) + dead(0, 2), c: own(3) + dead(3, 2), b }
    expect(found(logs).at(-1)).toBe('b?')
  })
})

describe('the estimate of clocks', () => {
  /** The marks of a recovery with its run. */
  const recovery = (at: number, isLeader: boolean) =>
    line(at, 'ctdbd', 'Recovery mode set to ACTIVE') +
    line(at + 0.01, 'ctdbd', 'Recovery has started') +
    line(at + 0.02, 'ctdbd', 'Recovery mode set to NORMAL') +
    line(at + 0.02, 'ctdbd', 'Recovery has finished') +
    line(at + 0.06, 'ctdb-recoverd', isLeader ? 'Takeover run starting' : 'Disabling takeover runs for 60 seconds') +
    line(at + 0.15, 'ctdb-recoverd', isLeader ? 'Takeover run completed successfully' : 'Reenabling takeover runs')
  const offsets = (texts: readonly string[]) => {
    const { nodes } = readHistory(texts.map((text, node) => ({ file: `node${node}`, text, node })))
    return nodes.map(({ clocks: [clock] }) => clock && [Math.round(clock.offsetMs), clock.uncertaintyMs !== undefined])
  }

  it('says nothing where one recovery fits two of another node as well', () => {
    expect(offsets([recovery(7, true), recovery(0, false) + recovery(7, false)])).toEqual([
      [0, false],
      [0, false],
    ])
  })

  it('is not misled by what nodes do at about the same time each by itself', () => {
    const alone = (at: number) => line(at, 'ctdbd', 'Recovery mode set to ACTIVE')
    expect(offsets([alone(0.99) + recovery(33.99, true), recovery(0, true) + alone(32.4) + recovery(33, true)])).toEqual([
      [0, false],
      [0, false],
    ])
  })

  it('is not off by the time after which runs are tried again', () => {
    const run = (at: number, ok: boolean) => [at, at + 0.05, ok] as const
    // Every second a run that fails, with one that comes at another time.
    const runs = [
      ...Array.from({ length: 40 }, (_, index) => run(index, false)),
      run(40.4, true),
      run(43.7, true),
      run(47.1, true),
    ]
    const leader =
      own(0) +
      runs
        .map(
          ([from, to, ok]) =>
            line(from, 'ctdb-recoverd', 'Takeover run starting') +
            line(to, 'ctdb-recoverd', ok ? 'Takeover run completed successfully' : 'ctdb_takeover_run() failed'),
        )
        .join('')
    const other = runs
      .map(
        ([from, to]) =>
          line(from + 7, 'ctdb-recoverd', 'Disabling takeover runs for 60 seconds') +
          line(to + 7, 'ctdb-recoverd', 'Reenabling takeover runs'),
      )
      .join('')
    const { nodes } = readHistory([
      { file: 'a', text: leader, node: 0 },
      { file: 'b', text: other, node: 1 },
    ])
    const [a = 0, b = 0] = nodes.map(({ clocks }) => clocks[0]?.offsetMs)
    expect(b - a).toBeCloseTo(7_000, 0)
  })
})
