import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { askNetworks, lookAtNeighbours } from '../../../src/transport/host/probe.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { tempDir } from '../../support/temp-dir.ts'

const LIMITS = { timeoutMs: 20_000 }

/** This machine, with a shell of our choice. */
function machine(shell: readonly string[]): HostAccess {
  const host = localHost()
  return { ...host, exec: ([, ...argv], limits) => host.exec([...shell, ...argv] as [string, ...string[]], limits) }
}

const works = (file: string, ...argv: string[]): boolean => spawnSync(file, argv).status === 0
/** The shells of this machine that stand for those of nodes. */
const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([file = '', ...argv]) =>
  works(file, ...argv, '-c', 'true'),
)

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
