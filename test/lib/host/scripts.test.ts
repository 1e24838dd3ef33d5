import { describe, expect, it } from 'vitest'
import { discoveryCommand } from '../../../src/lib/host/discovery-script.ts'
import { factsCommand } from '../../../src/lib/host/facts-script.ts'
import { askCommand, lookCommand } from '../../../src/lib/host/probe-script.ts'
import { terse } from '../../../src/lib/host/shell-parts.ts'
import { writeCommand } from '../../../src/lib/host/write-script.ts'

describe('a script that is sent to nodes', () => {
  it.each([
    ['facts', factsCommand('x', '')],
    ['discovery', discoveryCommand('x')],
    ['look', lookCommand('x')],
    ['ask', askCommand('x', [], { gapS: 1, limitS: 1 })],
    ['write', writeCommand('', 'x', '')],
  ])('%s has no comments and no indentation', (_, [, , script]) => {
    expect(script?.split('\n').filter((line) => /^\s|^#/.test(line))).toEqual([])
  })

  it('keeps its strings', () => {
    expect(terse('nl="\n"\n# Why.\nif x; then\n\n  y "# no" # so\nfi\n')).toBe('nl="\n"\nif x; then\ny "# no" # so\nfi\n')
  })
})
