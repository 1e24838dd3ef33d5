import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { exportTimeline } from '../../../src/cli/watch/export-timeline.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { folder } from '../../support/served-cluster.ts'

const entry = (id: number): TimelineEntry => ({
  id,
  atMs: 0,
  kind: 'action',
  what: 'done',
  text: 'takeover run',
  tone: 'plain',
  pnns: [],
  addresses: [],
})

it('writes one JSON document per line', () => {
  const dir = folder()
  exportTimeline(dir.file('timeline'), [entry(1), entry(2)])
  const lines = readFileSync(dir.file('timeline'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).id)).toEqual([1, 2])
})

it('writes no characters that a terminal acts on, or that hide text', () => {
  const dir = folder()
  const text = 'a\x7fb\x9b31mc\u202ed\x1be'
  exportTimeline(dir.file('timeline'), [{ ...entry(1), text }])
  const written = readFileSync(dir.file('timeline'), 'utf8')
  expect(written).toMatch(/^[ -~]+\n$/)
  expect(JSON.parse(written).text).toBe(text)
})

it('does not overwrite an existing file', () => {
  const dir = folder()
  exportTimeline(dir.file('timeline'), [entry(1)])
  expect(() => exportTimeline(dir.file('timeline'), [])).toThrow('already exists')
  expect(readFileSync(dir.file('timeline'), 'utf8')).not.toBe('')
})

it('leaves nothing behind when it cannot write', () => {
  const dir = folder()
  expect(() => exportTimeline(dir.file('no/such/folder'), [])).toThrow('ENOENT')
  expect(readdirSync(dir.path)).toEqual([])
})
