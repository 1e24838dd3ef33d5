import { expect, it } from 'vitest'
import type { WatchOptions } from '../../../src/cli/watch/settings.ts'
import { frameOf } from '../../../src/cli/watch/single-frame.ts'
import { makeClusterState } from '../../support/watch-models.ts'

it('the single frame of a watch shows what was seen, however long that took', async () => {
  const { stdout, env } = process
  const piped = { stdout: Object.create(stdout, { isTTY: { value: false } }), env } as NodeJS.Process
  const options = { interval: '2' } as WatchOptions
  const text = await frameOf(options, makeClusterState(2, [0, 1]), piped)
  expect(text).toMatch(/held/)
  expect(text).not.toMatch(/late|unseen|not seen/)
})
