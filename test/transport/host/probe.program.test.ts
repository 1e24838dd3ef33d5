import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { askNetworks, lookAtNeighbours } from '../../../src/transport/host/probe.ts'
import { machine, SHELLS } from '../../support/node-shells.ts'
import { tempDir } from '../../support/temp-dir.ts'

const LIMITS = { timeoutMs: 20_000 }

describe.each(SHELLS)('the scripts of a probe in %s', (...shell) => {
  it('read link addresses and neighbours', async () => {
    const { facts, missing } = await lookAtNeighbours(machine(shell), new Set(['198.51.100.9']), LIMITS)
    expect(missing).toEqual([])
    expect(facts).toMatchObject({ linkAddresses: expect.any(Array), neighbours: [] })
  })

  it('take the name of an interface for nothing but a name', async () => {
    using dir = tempDir()
    const bait = dir.file('pwned')
    const names = [`$(touch ${bait})`, `'; touch ${bait}; '`, '-h', ' ']
    const questions = names.map((interfaceName) => ({ interfaceName, address: '198.51.100.9', source: '0.0.0.0' }))
    const { facts, missing } = await askNetworks(machine(shell), questions, { ...LIMITS, pace: { gapS: 0, limitS: 5 } })
    expect(missing).toEqual([])
    expect(facts.questions?.map(({ interfaceName, macs, problem }) => [interfaceName, macs, typeof problem])).toEqual(
      names.map((name) => [name, undefined, 'string']),
    )
    expect(existsSync(bait)).toBe(false)
  })
})
