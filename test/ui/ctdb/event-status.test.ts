import { expect, it } from 'vitest'
import { ctdbEventStatusText } from '../../../src/ui/ctdb/event-status.ts'

// A quarter of a million newlines took minutes; see trimmed-end.ts.
it('the output of a script is shown without the newlines at its end, however many there are elsewhere', () => {
  const scripts = [{ name: '10.x', begin: 1, end: 1, result: 1, output: `${'\n'.repeat(250_000)}x\n\n` }]
  const text = ctdbEventStatusText({ component: 'legacy', event: 'monitor', result: 0, summary: 1, scripts })
  expect(text.endsWith(`\n${' '.repeat(4)}\n    x\n`)).toBe(true)
  expect(text.split('\n').length).toBe(250_004)
})
