import { describe, expect, it } from 'vitest'
import type { AuditChanges } from '../../../src/lib/audit/changes.ts'
import type { AuditedFinding } from '../../../src/lib/audit/report.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { changesJson, changesText, eventLine } from '../../../src/ui/audit/changes.ts'
import { painter } from '../../../src/ui/table.ts'

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const NONE: AuditChanges = { appeared: [], cleared: [], passed: [], lost: [], found: [] }
const HOSTILE = 'x\x1b[2J\r\ny'

const finding = (message: string, more: Partial<AuditedFinding> = {}): AuditedFinding => ({
  id: 'ip-missing',
  severity: 'error',
  subject: { pnn: 1, address: '10.0.0.1' },
  nodes: [1],
  addresses: ['10.0.0.1'],
  message,
  evidence: [],
  claims: [],
  outlook: '',
  actions: [],
  remedy: '',
  state: 'real',
  ...more,
})
const unknown = (pnn: number, fact: string, why = 'no way') => ({ id: 'ip-missing', pnn, fact, why })
const text = (changes: Partial<AuditChanges>, coloured = false) => changesText({ ...NONE, ...changes }, AT, painter(coloured))

describe('changes as text', () => {
  it('are empty without changes', () => {
    expect(text({})).toBe('')
  })

  it('are one line each, with the time', () => {
    expect(
      text({
        failed: new CtdbtsError('NO_WAY', 'node1 refuses', { hint: 'check sshd' }),
        recovered: true,
        appeared: [finding('10.0.0.1 is missing')],
        cleared: [finding('10.0.0.2 is missing', { severity: 'warning' })],
        passed: [finding('10.0.0.3 is missing', { state: 'transient', doubt: 'it moved' })],
      }),
    ).toBe(`2026-01-02T03:04:05Z ! cannot audit: node1 refuses (check sshd)
2026-01-02T03:04:05Z ! can audit again
2026-01-02T03:04:05Z + error ip-missing: 10.0.0.1 is missing
2026-01-02T03:04:05Z - warning ip-missing: 10.0.0.2 is missing
2026-01-02T03:04:05Z ~ error ip-missing: 10.0.0.3 is missing (transient: it moved)
`)
  })

  it('are one line for everything that could not be read on a node', () => {
    const facts = [unknown(1, 'host.links'), unknown(2, 'known'), unknown(1, 'host.drops')]
    expect(
      text({ lost: facts, found: [unknown(0, 'times')] }),
    ).toBe(`2026-01-02T03:04:05Z ? cannot read: node 1: host.links, host.drops (no way)
2026-01-02T03:04:05Z ? cannot read: node 2: known (no way)
2026-01-02T03:04:05Z ? can read again: node 0: times
`)
  })

  it('are red for what is bad and green for what is good, where there are colours', () => {
    expect(text({ appeared: [finding('m')] }, true)).toContain('\x1b[31m+ error ip-missing: m\x1b[')
    expect(text({ cleared: [finding('m')] }, true)).toContain('\x1b[32m- error ip-missing: m\x1b[')
  })

  it('stay lines, whatever a node says', () => {
    const hostile = text({
      failed: new CtdbtsError('NO_WAY', HOSTILE),
      appeared: [finding(HOSTILE)],
      passed: [finding(HOSTILE, { doubt: HOSTILE })],
      lost: [unknown(1, HOSTILE, HOSTILE)],
    })
    expect(hostile).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(hostile.trimEnd().split('\n')).toHaveLength(4)
  })
})

describe('changes as JSON', () => {
  const json = (changes: Partial<AuditChanges>) => changesJson({ ...NONE, ...changes }, AT)

  it('are empty without changes', () => {
    expect(json({})).toBe('')
  })

  it('are one document on one line', () => {
    const line = json({ appeared: [finding(HOSTILE)], lost: [unknown(1, 'known')] })
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toEqual({
      ...NONE,
      formatVersion: 1,
      at: '2026-01-02T03:04:05.678Z',
      appeared: [finding(HOSTILE)],
      lost: [unknown(1, 'known')],
    })
  })

  it('have the code, the message and the hint of a failure', () => {
    const failed = new CtdbtsError('SSH_REFUSED', 'node1 refuses', { hint: 'see whether sshd runs' })
    expect(JSON.parse(json({ failed })).error).toEqual({
      code: 'SSH_REFUSED',
      message: 'node1 refuses',
      hint: 'see whether sshd runs',
    })
    expect(JSON.parse(json({ recovered: true }))).toMatchObject({ recovered: true, appeared: [] })
  })
})

it('a log line begins with its time to the second', () => {
  expect(eventLine(AT, 'text')).toBe('2026-01-02T03:04:05Z text\n')
})
