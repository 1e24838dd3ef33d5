import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { entryTexts, readHistory } from '../../support/history.ts'

/** The log lines of the article that this project comes from, with its headings, and its text as (text of the article). */
const article = readFileSync('test/golden/seed-article.txt', 'utf8')

it('tells the story of the article from its page: excerpts of two nodes without host names, some of them twice', () => {
  const history = readHistory([{ file: 'article.txt', text: article }])
  expect(history.unknown).toEqual([])
  expect(history.nodes.map(({ pnn }) => pnn)).toEqual([252, 253])
  expect(entryTexts(history.entries)).toEqual([
    'kernel missing: 172.16.146.133 is missing in the kernel of node 252, which owns it',
    'address taken: node 252 took 172.16.146.133 again; it was missing in the kernel of node 252; a takeover run put it back',
  ])
  const [missing, taken] = history.entries
  expect(taken?.awayMs).toBeCloseTo(616.447, 0)
  // When its scripts had run, as the line says that is only written at the level INFO.
  expect((taken?.notAfterMs ?? 0) - (taken?.atMs ?? 0)).toBeCloseTo(114.703, 0)
  expect(missing?.lines.map(({ event }) => event.lineNumber)).toEqual([
    article.split('\n').findIndex((line) => line.includes('is missing')) + 1,
  ])
})

it('the same from a file for each node', () => {
  const lines = [...new Set(article.split('\n'))].sort()
  const of = (...pids: readonly string[]) => lines.filter((line) => pids.some((pid) => line.includes(`${pid}]`))).join('\n')
  const history = readHistory([
    { file: 'a.log', text: of('862113', '862344'), node: 252 },
    { file: 'b.log', text: of('990089', '990237'), node: 253 },
  ])
  expect(entryTexts(history.entries)).toHaveLength(2)
  const owners = ownersAt(history.owners, Date.UTC(2017, 4, 14, 12, 32))
  expect(owners).toEqual([{ address: '172.16.146.133', owner: 252, sinceMs: undefined }])
})
