import { describe, expect, it } from 'vitest'
import { noEntryText, ownersHead, pnnHint } from '../../../src/cli/history/remarks.ts'

const SPAN = { fromMs: 1000, toMs: 9000 }

describe('what history says beside its entries', () => {
  it('names the moment, and says when nothing was read of it', () => {
    expect(ownersHead(SPAN, 5000)).toMatch(/^Owners at \d{4}-\d\d-\d\d \d\d:\d\d:05 \S+:\n$/)
    expect(ownersHead(SPAN, 500)).toContain('What was read begins at ')
    expect(ownersHead(SPAN, 9500)).toContain('What was read ends at ')
  })

  it('says what was looked for', () => {
    const none = { addresses: [], node: undefined }
    expect(noEntryText(none, { sinceMs: undefined, untilMs: undefined })).toBe('No entry\n')
    expect(noEntryText(none, { sinceMs: 0, untilMs: 1000 })).toMatch(/^No entry between .+ and .+\n$/)
    expect(noEntryText({ addresses: ['10.0.0.1'], node: 2 }, { sinceMs: undefined, untilMs: 1000 })).toMatch(
      /^No entry concerns 10\.0\.0\.1, node 2 until .+\n$/,
    )
  })

  it.each([
    ['logs/node1.log', '1=logs/node1.log'],
    ['node1-2.log', 'PNN=node1-2.log'],
    ['log.ctdb.1', 'PNN=log.ctdb.1'],
    ['ctdb-20261128.log', 'PNN=ctdb-20261128.log'],
  ])('takes the PNN from the name of a file only where it can be one: %s', (file, hint) => {
    expect(pnnHint(file)).toBe(`say it with PNN=FILE, such as \`${hint}\``)
  })
})
