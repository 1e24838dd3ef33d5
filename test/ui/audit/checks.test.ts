import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { checksMarkdown, explainCheck, listChecks } from '../../../src/ui/audit/checks.ts'

describe('the documentation of the checks', () => {
  it('lists each check in a line', () => {
    const lines = listChecks().trimEnd().split('\n')
    expect(lines).toHaveLength(CHECKS.length)
    expect(lines[0]).toBe('ip-missing              error    An address that a node claims is not in its kernel')
  })

  it('explains one: what it means, what CTDB does, what to do, when nothing is wrong', () => {
    expect(explainCheck('clock-drift')).toBe(`clock-drift (info): The nodes' clocks differ

Logs of different nodes cannot be laid side by side, and what Samba and NFS keep
with a time (leases, Kerberos tickets, time stamps of files) goes wrong.

What CTDB does about it: Nothing: CTDB does not compare clocks.

What to do: Check chronyd, ntpd or systemd-timesyncd on the nodes.

Seen by: CTDB's controls.
`)
    expect(explainCheck('ip-rogue')).toContain('May follow from: ip-duplicate-claim,')
    expect(() => explainCheck('nonsense')).toThrow(expect.objectContaining({ code: 'NO_CHECK' }))
  })

  it('is whole: titles without a full stop, sentences with one', () => {
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
