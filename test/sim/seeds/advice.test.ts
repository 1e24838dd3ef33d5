import { afterAll, describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { type Tried, tryOutlooks, tryRemedies } from './advice.ts'
import type { AdviceResult } from './advice-thread.ts'
import { SeedThreads } from './seed-threads.ts'

/** SIM_SEED=S tries only that one; ADVICE=N tries N. */
const only = process.env.SIM_SEED
const count = Number(process.env.ADVICE ?? (process.env.SIM_SEEDS === undefined ? 20 : 5_000))
const BATCH = 20
const LIMIT_MS_PER_SEED = 20_000
/** From so many seeds on, each check must have been exercised often enough. */
const LONG_RUN = 5_000
const OFTEN = 20

/** Checks whose outlook or remedy the embedded cluster cannot show, and why. */
const NOT_HERE: Readonly<Record<string, { readonly outlook?: string; readonly remedy?: string }>> = {
  ...both('its files cannot be edited by a scenario', ['file-lint', 'file-cross-node', 'file-mask-iface-change', 'file-missing']),
  ...both('all nodes have one nodes file', ['nodes-file-drift']),
  ...both('it has no ctdb.conf that can be edited', ['config-old-style', 'config-invalid', 'failover-off', 'cluster-lock']),
  ...both('tunables are set on all nodes alike', ['tunables-differ']),
  ...both('all nodes have one version', ['version-skew']),
  ...both('its kernels have no such setting', ['nonlocal-bind', 'leftover-drop', 'ip-foreign-manager', 'ip-dad-failed']),
  ...both('its scripts are always there', ['script-not-enabled']),
  ...both('its interfaces are always there', ['iface-absent']),
  ...both('masks in kernels come from the files', ['ip-wrong-mask']),
  ...both('its networks do not overlap', ['public-private-overlap']),
  ...remedies('a person decides on files', ['ip-single-node', 'file-not-loaded', 'promote-secondaries', 'tunable-ineffective']),
  ...remedies('it follows from another finding, whose remedy is carried out', [
    'ip-duplicate-claim',
    'ip-rogue',
    'recovery-stuck',
  ]),
}

function both(why: string, ids: readonly string[]): typeof NOT_HERE {
  return Object.fromEntries(ids.map((id) => [id, { outlook: why, remedy: why }]))
}

function remedies(why: string, ids: readonly string[]): typeof NOT_HERE {
  return Object.fromEntries(ids.map((id) => [id, { remedy: why }]))
}

const exercised = { outlooks: new Map<string, number>(), remedies: new Map<string, number>() }

function add(into: Map<string, number>, tried: Tried): void {
  for (const [id, times] of Object.entries(tried.exercised)) into.set(id, (into.get(id) ?? 0) + times)
}

describe('what an audit says', () => {
  if (only !== undefined) {
    it(`of seed ${only} is so`, { timeout: 60_000 }, () => {
      expect({ outlooks: tryOutlooks(Number(only)).broken, remedies: tryRemedies(Number(only)).broken }).toEqual({
        outlooks: [],
        remedies: [],
      })
    })
    return
  }
  const threads = new SeedThreads<readonly AdviceResult[]>(new URL('advice-thread.ts', import.meta.url))
  afterAll(() => threads.close())
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count)
    const timeout = count * LIMIT_MS_PER_SEED
    it.concurrent(`of random clusters ${from} to ${to - 1} is so`, { timeout }, async ({ expect }) => {
      const results = await threads.run({ from, to })
      expect(results).toHaveLength(to - from)
      for (const { seed, outlooks, remedies } of results) {
        add(exercised.outlooks, outlooks)
        add(exercised.remedies, remedies)
        expect({ outlooks: outlooks.broken, remedies: remedies.broken }, `SIM_SEED=${seed} npm run test:sim shows it`).toEqual({
          outlooks: [],
          remedies: [],
        })
      }
    })
  }

  it('was exercised often enough, for each check', () => {
    const rows = CHECKS.map(({ id }) => ({
      id,
      outlook: exercised.outlooks.get(id) ?? 0,
      remedy: exercised.remedies.get(id) ?? 0,
    }))
    if (count < LONG_RUN) {
      expect(rows.some(({ outlook, remedy }) => outlook > 0 && remedy > 0)).toBe(true)
      return
    }
    process.stdout.write(
      `${rows.map(({ id, outlook, remedy }) => `${id}: ${outlook} outlooks, ${remedy} remedies`).join('\n')}\n`,
    )
    const tooFew = rows.flatMap(({ id, outlook, remedy }) => [
      ...(outlook < OFTEN && NOT_HERE[id]?.outlook === undefined ? [`${id}: ${outlook} outlooks`] : []),
      ...(remedy < OFTEN && NOT_HERE[id]?.remedy === undefined ? [`${id}: ${remedy} remedies`] : []),
    ])
    expect(tooFew).toEqual([])
  })
})
