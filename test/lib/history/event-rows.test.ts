import { expect, it } from 'vitest'
import { EventRows } from '../../../src/lib/history/event-rows.ts'
import type { LogSource } from '../../../src/lib/history/log-event.ts'
import type { LogLine } from '../../../src/lib/history/log-reader.ts'

it('keeps what is not dropped, as it was', () => {
  const rows = new EventRows()
  const line = (text: string) =>
    ({ text, program: 'ctdbd', pid: 7, read: { name: 'shutDown', values: {} } }) as unknown as LogLine
  for (let at = 0; at < 3_000; at++) {
    rows.push(line(`line ${at}`), {
      rawMs: at + 0.5,
      step: at % 3,
      lineNumber: 10 * at,
      heading: at === 2_999 ? 'n1' : undefined,
    })
  }
  rows.dropBefore(2_998)
  expect(rows.sampleOf(2)).toEqual([2_998.5])
  const source = { file: 'log' } as LogSource
  expect(rows.take(source)).toMatchObject([
    { source, rawMs: 2_998.5, step: 1, lineNumber: 29_980, heading: undefined, text: 'line 2998', pid: 7 },
    { source, rawMs: 2_999.5, step: 2, lineNumber: 29_990, heading: 'n1', text: 'line 2999' },
  ])
  expect(rows.take(source)).toEqual([])
})
