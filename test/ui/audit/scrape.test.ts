import { describe, expect, it } from 'vitest'
import { auditPrometheus } from '../../../src/ui/audit/prometheus.ts'
import { scrapeText, scrapeType } from '../../../src/ui/audit/scrape.ts'
import { faultyReport } from './reports.ts'

const families = (text: string) =>
  [...text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm)].map(([, name = '', help, type]) => ({ name, help, type }))

describe('what a scrape gets', () => {
  it('is what the textfile has, and the audit itself', async () => {
    const takenAtSeconds = Date.parse(faultyReport.lastTakenAt) / 1000
    const text = await scrapeText({ report: faultyReport, tookSeconds: 1.5 }, false)
    expect(text.startsWith((await auditPrometheus(faultyReport, { takenAtSeconds })).trimEnd())).toBe(true)
    expect(text).toContain('\nctdbts_audit_success 1\n')
    expect(text).toContain('\nctdbts_audit_duration_seconds 1.5\n')
  })

  it('has nothing of the cluster after an audit that failed', async () => {
    const text = await scrapeText({ tookSeconds: 10 }, false)
    expect(families(text).map(({ name }) => name)).toEqual(['ctdbts_audit_success', 'ctdbts_audit_duration_seconds'])
    expect(text).toContain('\nctdbts_audit_success 0\n')
  })

  it('is the same as OpenMetrics, without empty lines and with an end', async () => {
    const [plain, open] = await Promise.all(
      [false, true].map((isOpen) => scrapeText({ report: faultyReport, tookSeconds: 1 }, isOpen)),
    )
    expect(open).toBe(`${plain?.replaceAll(/\n\n+/g, '\n')}# EOF\n`)
    expect(scrapeType(true)).toMatch(/^application\/openmetrics-text; version=1\.0\.0;/)
    expect(scrapeType(false)).toMatch(/^text\/plain; version=0\.0\.4;/)
  })

  // The rules of `promtool check metrics` that concern gauges.
  it('keeps the rules for names', async () => {
    const all = families(await scrapeText({ report: faultyReport, tookSeconds: 1 }, false))
    expect(all.length).toBeGreaterThan(8)
    for (const { name, help, type } of all) {
      expect(help, name).not.toBe('')
      expect(type, name).toBe('gauge')
      expect(name).toMatch(/^ctdbts(_[a-z]+)+$/)
      expect(name).not.toMatch(/_(total|count|sum|bucket)$|gauge|counter|summary|histogram/)
      expect(name).not.toMatch(/_(milliseconds|ms|minutes|hours|days|sec|secs|kilobytes|percent)\b/)
    }
  })
})
