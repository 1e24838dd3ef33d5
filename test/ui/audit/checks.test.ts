import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { checksMarkdown, explainCheck, listChecks } from '../../../src/ui/audit/checks.ts'

describe('the documentation of the checks', () => {
  it('lists each check in a line', () => {
    const lines = listChecks().trimEnd().split('\n')
    expect(lines).toHaveLength(CHECKS.length)
    expect(lines[0]).toBe('ip-missing              error    A node claims an address that its kernel does not have')
  })

  it('explains one check: its meaning, what CTDB does, what to do, and false alarms', () => {
    expect(explainCheck('clock-drift')).toBe(`clock-drift (info): The nodes' clocks differ

Logs of different nodes cannot be compared, and what Samba and NFS store with a
time (leases, Kerberos tickets, file timestamps) goes wrong.

What CTDB does about it: Nothing: CTDB does not compare clocks.

What to do: Check chronyd, ntpd or systemd-timesyncd on the nodes. Do not set a
clock back in one step while ctdbd runs: its timers follow the time of day, so
it would send no keepalives for that long, and other nodes would disconnect it.
Slew the clock, or stop ctdbd first.

Evidence: CTDB's controls.
`)
    expect(explainCheck('ip-rogue')).toContain('Possible causes: ip-duplicate-claim,')
    expect(() => explainCheck('nonsense')).toThrow(expect.objectContaining({ code: 'NO_CHECK' }))
  })

  it('is complete: titles without a full stop, sentences with one', () => {
    for (const { id, title, meaning, outlook, remedy, falseAlarm = 'None.' } of CHECKS) {
      expect(title, id).not.toMatch(/\.$/)
      for (const sentence of [meaning, outlook, remedy, falseAlarm]) expect(sentence, id).toMatch(/^[`A-Z].*[.)]$/)
    }
  })

  it('has a table and a section for each in Markdown', () => {
    const text = checksMarkdown()
    for (const { id } of CHECKS) {
      expect(text).toContain(`| [\`${id}\`](#${id}) |`)
      expect(text).toContain(`\n### ${id}\n`)
    }
    expect(text).not.toContain('undefined')
  })
})
