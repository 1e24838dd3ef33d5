import { describe, expect, it } from 'vitest'
import { factsCommand } from '../../src/lib/host/facts-script.ts'
import { commandName, execOutput, execTimeout } from '../../src/transport/exec-errors.ts'

describe('the name of a command in messages', () => {
  it('is its words', () => {
    expect(commandName(['cat', '/etc/ctdb/nodes'])).toBe('cat /etc/ctdb/nodes')
  })

  it('is cut when there are many', () => {
    expect(commandName(['printf', 'x'.repeat(100)])).toBe(`printf ${'x'.repeat(52)}…`)
  })

  it('is the name of a shell script, never its text', () => {
    expect(commandName(['sh', '-c', 'sleep 60'])).toBe('sh')
    const facts = factsCommand('0'.repeat(32), '/etc/ctdb')
    expect(execTimeout(facts, 'node1', 5_000).message).toBe('`ctdbts-facts` on node1 did not end within 5 s')
    expect(execOutput(facts, 'node1', 1_000).message).toBe('`ctdbts-facts` on node1 printed more than 1000 bytes')
  })
})
