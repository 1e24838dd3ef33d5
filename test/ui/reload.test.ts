import { expect, it } from 'vitest'
import type { ReloadPreview } from '../../src/lib/reload/preview.ts'
import { reloadText } from '../../src/ui/reload.ts'

it('a reload whose takeover run failed does not end with a promise, even if the addresses are where planned', () => {
  const moves = { asPlanned: true, addresses: 4, differences: [] }
  const outcome = { nodes: [], moves }
  const runError = { code: 'RUN_FAILED', message: 'the leader reports that the takeover run failed (-1)' }
  const textWith = (error?: typeof runError) =>
    reloadText({ nodes: [] } as unknown as ReloadPreview, { nodes: [], runError: error, outcome }, true)
  expect(textWith()).toMatch(/The result matches the plan: 4 of 4 addresses\.\n$/)
  expect(textWith(runError)).toMatch(/this may not last: .* See `ctdbts verify`\.\n$/)
})
