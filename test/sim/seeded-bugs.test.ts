import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { SEEDED_BUGS } from './bugs.ts'

const SCRIPT = fileURLToPath(new URL('with-bug.ts', import.meta.url))
const MOST_SEEDS = 2_000

describe('a bug put in on purpose is noticed', () => {
  SEEDED_BUGS.forEach(({ name, caughtBy }, index) => {
    it(name, { timeout: 300_000 }, async () => {
      const { stdout } = await execa(process.execPath, [SCRIPT, String(index), String(MOST_SEEDS)])
      const caught = JSON.parse(stdout || '{}') as { seed?: number; invariant?: string }
      process.stdout.write(`caught by "${caught.invariant}" with seed ${caught.seed}: ${name}\n`)
      expect(caught.invariant).toBe(caughtBy)
    })
  })
})
