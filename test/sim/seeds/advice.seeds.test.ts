import { afterAll, describe, expect, it } from 'vitest'
import { CHECKS, NEEDING_PROBE } from '../../../src/lib/audit/registry.ts'
import { type Tried, tryOutlooks, tryRemedies } from './advice.ts'
import type { AdviceResult } from './advice-thread.ts'
import { batchesOf, SeedThreads } from './seed-threads.ts'

/** SIM_SEED=S tries only that one; ADVICE=N tries N. */
const only = process.env.SIM_SEED
const asked = process.env.ADVICE ?? process.env.SIM_SEEDS
const count = Number(asked ?? 200)
const BATCH = 20
const LIMIT_MS_PER_SEED = 20_000
/** From so many seeds on, each check must have been exercised often enough. */
const LONG_RUN = 5_000
const OFTEN = 20

/** Checks whose outlook or remedy the embedded cluster cannot show often enough, and why. */
const NOT_HERE: Readonly<Record<string, { readonly outlook?: string; readonly remedy?: string }>> = {
  ...both('its cluster lock is never slow', ['lock-slow']),
  ...both('its nodes always have the file', ['file-missing', 'lock-missing']),
  ...both('its nodes have no such file', [
    'ip-foreign-config',
    'ip-of-service',
    'home-nodes-lint',
    'home-nodes-differ',
    'home-nodes-unused',
  ]),
  ...both('its ctdb.conf has only a lock, which is the same on all nodes', ['config-old-style', 'cluster-lock']),
  ...both('its kernels have no such setting', ['nonlocal-bind', 'leftover-drop', 'ip-foreign-manager', 'private-ip-missing']),
  ...both('its daemons can do everything', ['capability-missing']),
  ...both('its scripts are always there', ['script-not-enabled']),
  ...both('its interfaces are always there', ['iface-absent', 'bond-degraded', 'iface-same-mac']),
  ...both('its networks do not overlap', ['public-private-overlap']),
  ...both('its networks cannot be probed', NEEDING_PROBE),
  ...outlooks('nothing is foretold', ['recovery-repeated']),
  ...outlooks('its daemons do not read ctdb.conf', ['config-invalid']),
  ...remedies('no other version can be installed', ['known-bug']),
  ...remedies('it follows from another finding, whose remedy is carried out', [
    'ip-duplicate-claim',
    'ip-rogue',
    'recovery-stuck',
    'imbalance',
  ]),
}

function both(why: string, ids: readonly string[]): typeof NOT_HERE {
  return Object.fromEntries(ids.map((id) => [id, { outlook: why, remedy: why }]))
}

function outlooks(why: string, ids: readonly string[]): typeof NOT_HERE {
  return Object.fromEntries(ids.map((id) => [id, { outlook: why }]))
}

function remedies(why: string, ids: readonly string[]): typeof NOT_HERE {
  return Object.fromEntries(ids.map((id) => [id, { remedy: why }]))
}

const exercised = { outlooks: new Map<string, number>(), remedies: new Map<string, number>() }

function add(into: Map<string, number>, tried: Tried): void {
  for (const [id, times] of Object.entries(tried.exercised)) into.set(id, (into.get(id) ?? 0) + times)
}

interface Row {
  readonly id: string
  readonly outlook: number
  readonly remedy: number
}

/** How often outlooks came true and remedies were carried out, and why that is seldom. */
function tableOf(rows: readonly Row[]): string {
  const why = ({ id, outlook, remedy }: Row) => {
    const reasons = NOT_HERE[id]
    return [
      ...(outlook < OFTEN ? [`outlooks: ${reasons?.outlook ?? '?'}`] : []),
      ...(remedy < OFTEN ? [`remedies: ${reasons?.remedy ?? '?'}`] : []),
    ].join('; ')
  }
  const lines = rows.map((row) => {
    const numbers = [row.outlook, row.remedy].map((count) => String(count).padStart(9)).join(' ')
    return `${row.id.padEnd(24)} ${numbers}  ${why(row)}`.trimEnd()
  })
  return [`${'check'.padEnd(24)}  outlooks  remedies`, ...lines, ''].join('\n')
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
  for (const { from, to } of batchesOf(count, BATCH)) {
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
    if (asked !== undefined) process.stdout.write(tableOf(rows))
    expect(rows.some(({ outlook, remedy }) => outlook > 0 && remedy > 0)).toBe(true)
    if (count < LONG_RUN) return
    const tooFew = rows.flatMap(({ id, outlook, remedy }) => [
      ...(outlook < OFTEN && NOT_HERE[id]?.outlook === undefined ? [`${id}: ${outlook} outlooks`] : []),
      ...(remedy < OFTEN && NOT_HERE[id]?.remedy === undefined ? [`${id}: ${remedy} remedies`] : []),
    ])
    expect(tooFew).toEqual([])
  })
})
