import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AuditCache } from '../../../src/cli/exporter/audit-cache.ts'
import type { AuditReport } from '../../../src/lib/audit/report.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { cleanReport } from '../../ui/audit/reports.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const KEEP_MS = 30_000
const LIMIT_MS = 60_000

/** A cache whose audits end when the test says. */
function cacheOf() {
  const stop = new AbortController()
  const audits: (PromiseWithResolvers<AuditReport> & { signal: AbortSignal })[] = []
  const outcomes: (string | undefined)[] = []
  const bugs: unknown[] = []
  const cache = new AuditCache({
    audit: (signal) => {
      const audit = { ...Promise.withResolvers<AuditReport>(), signal }
      audits.push(audit)
      return audit.promise
    },
    keepMs: KEEP_MS,
    limitMs: LIMIT_MS,
    stop: stop.signal,
    onOutcome: (problem) => outcomes.push(problem?.message),
    onBug: (error) => bugs.push(error),
    nowMs: () => Date.now(),
  })
  return { cache, stop, audits, outcomes, bugs }
}

const refused = new CtdbtsError('SSH_REFUSED', 'node1 refuses')

describe('the audits of the exporter', () => {
  it('are made when somebody asks, and kept for the interval', async () => {
    const { cache, audits } = cacheOf()
    const first = cache.get(1e6)
    await vi.advanceTimersByTimeAsync(2_000)
    audits[0]?.resolve(cleanReport)
    expect(await first).toMatchObject({ report: cleanReport, tookSeconds: 2 })
    await vi.advanceTimersByTimeAsync(KEEP_MS - 2_001)
    expect(await cache.get(1e6)).toMatchObject({ tookSeconds: 2 })
    expect(audits).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    const next = cache.get(1e6)
    expect(audits).toHaveLength(2)
    audits[1]?.resolve(cleanReport)
    expect(await next).toMatchObject({ tookSeconds: 0 })
  })

  it('are shared by all who ask meanwhile', async () => {
    const { cache, audits } = cacheOf()
    const asked = [cache.get(1e6), cache.get(1e6)]
    expect(audits).toHaveLength(1)
    audits[0]?.resolve(cleanReport)
    const [a, b] = await Promise.all(asked)
    expect(a).toBe(b)
  })

  it('that take longer than somebody waits leave the one before, or nothing', async () => {
    const { cache, audits } = cacheOf()
    const first = cache.get(9_500)
    await vi.advanceTimersByTimeAsync(9_500)
    expect(await first).toBeUndefined()
    audits[0]?.resolve(cleanReport)
    await vi.advanceTimersByTimeAsync(KEEP_MS)
    const second = cache.get(9_500)
    await vi.advanceTimersByTimeAsync(9_500)
    expect(await second).toMatchObject({ report: cleanReport, tookSeconds: 9.5 })
    expect(audits).toHaveLength(2)
  })

  it('that fail are kept without a report, and reported', async () => {
    const { cache, audits, outcomes } = cacheOf()
    const first = cache.get(1e6)
    audits[0]?.reject(refused)
    expect(await first).toMatchObject({ report: undefined })
    expect(await cache.get(1e6)).toMatchObject({ report: undefined })
    expect(outcomes).toEqual(['node1 refuses'])
    await vi.advanceTimersByTimeAsync(KEEP_MS)
    const next = cache.get(1e6)
    audits[1]?.resolve(cleanReport)
    expect(await next).toMatchObject({ report: cleanReport })
    expect(outcomes).toEqual(['node1 refuses', undefined])
  })

  it('that take longer than the limit fail, and the next one waits for their end', async () => {
    const { cache, audits, outcomes } = cacheOf()
    const first = cache.get(1e6)
    await vi.advanceTimersByTimeAsync(LIMIT_MS)
    expect(await first).toMatchObject({ report: undefined, tookSeconds: LIMIT_MS / 1000 })
    expect(audits[0]?.signal.aborted).toBe(true)
    expect(outcomes).toEqual(['the audit took longer than 60 s'])
    await vi.advanceTimersByTimeAsync(KEEP_MS)
    expect(await cache.get(1e6)).toMatchObject({ report: undefined })
    expect(audits).toHaveLength(1)
    audits[0]?.reject(refused)
    await vi.advanceTimersByTimeAsync(1)
    void cache.get(1e6)
    expect(audits).toHaveLength(2)
  })

  it('end with the exporter, and are no failure then', async () => {
    const { cache, audits, stop, outcomes } = cacheOf()
    const first = cache.get(1e6)
    stop.abort()
    expect(await first).toBeUndefined()
    expect(audits[0]?.signal.aborted).toBe(true)
    expect(outcomes).toEqual([])
  })

  it('do not take a bug for a fault of the cluster', async () => {
    const { cache, audits, bugs, outcomes } = cacheOf()
    const first = cache.get(1e6)
    const bug = new TypeError('x is not a function')
    audits[0]?.reject(bug)
    await first
    expect({ bugs, outcomes }).toEqual({ bugs: [bug], outcomes: [] })
  })
})
