import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { collectHostFacts } from '../../../src/transport/host/collect.ts'
import { readFactsCommand } from '../../../src/transport/host/script.ts'
import { renderSections } from '../../../src/transport/host/sections.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { serveEventClient } from '../../../src/transport/serve/serve-events.ts'

const OPTIONS = { timeoutMs: 2_000 }
const NOBODY = new CtdbtsError('NO_SOCKET', 'nobody')

/** A machine that calls itself so, and whose event daemon remembers no run. */
function machine(hostname: string): HostAccess {
  return {
    name: 'a machine',
    exec: async (argv) => {
      const { nonce = '' } = readFactsCommand(argv) ?? {}
      return { exitStatus: 0, stdout: renderSections(nonce, [{ name: 'hostname', content: `${hostname}\n` }]), stderr: '' }
    },
    connect: async () => {
      const [ours, theirs] = duplexPair()
      serveEventClient(theirs, (answer) => answer(new Map()))
      return ours
    },
  }
}

const NO_RUNS = ['startup', 'monitor', 'takeip', 'releaseip', 'ipreallocated'].map((event) => ({ event, scripts: [] }))

describe('looking at a machine', () => {
  it('tells of its shell and of its event daemon', async () => {
    const { facts, missing } = await collectHostFacts(machine('node1'), OPTIONS)
    expect(facts).toEqual({ hostname: 'node1', events: NO_RUNS })
    expect(missing).toHaveLength(10)
  })

  it('uses another random word each time', async () => {
    const words = new Set<string | undefined>()
    const access: HostAccess = {
      ...machine('x'),
      exec: (argv, limits) => {
        words.add(readFactsCommand(argv)?.nonce)
        return machine('x').exec(argv, limits)
      },
    }
    for (let times = 0; times < 3; times++) await collectHostFacts(access, OPTIONS)
    expect([...words]).toEqual([0, 1, 2].map(() => expect.stringMatching(/^[0-9a-f]{32}$/)))
  })

  it('goes on without the event daemon', async () => {
    const { facts, missing } = await collectHostFacts({ ...machine('node1'), connect: () => Promise.reject(NOBODY) }, OPTIONS)
    expect(facts).toEqual({ hostname: 'node1' })
    expect(missing).toContainEqual({ fact: 'host.events', code: 'NO_SOCKET', message: 'nobody' })
  })

  it.each<[string, HostAccess['exec'], string, string]>([
    ['when it fails', () => Promise.reject(new CtdbtsError('EXEC_TIMEOUT', 'too slow')), 'EXEC_TIMEOUT', 'too slow'],
    [
      'when sudo refuses',
      async () => ({ exitStatus: 1, stdout: Buffer.of(), stderr: 'sudo: oh\nsudo: a password is required\n' }),
      'EXEC_FAILED',
      'sudo: a password is required',
    ],
    ['when it is killed', async () => ({ exitStatus: null, stdout: Buffer.of(), stderr: '' }), 'EXEC_FAILED', 'it was killed'],
    [
      'when it says nothing',
      async () => ({ exitStatus: 0, stdout: Buffer.of(), stderr: '' }),
      'HOST_INCOMPLETE',
      'the answer of the node is not whole',
    ],
  ])('goes on without its shell %s', async (_, exec, code, message) => {
    const { facts, missing } = await collectHostFacts({ ...machine(''), exec }, OPTIONS)
    expect(facts).toEqual({ events: NO_RUNS })
    expect(missing).toContainEqual({ fact: 'host.addresses', code, message })
    expect(new Set(missing.map((each) => each.code))).toEqual(new Set([code]))
  })

  it('does not take a bug for a failure', async () => {
    const bug = new TypeError('a bug')
    const asked = collectHostFacts({ ...machine(''), connect: () => Promise.reject(bug) }, OPTIONS)
    await expect(asked).rejects.toBe(bug)
  })

  it('ends when it is given up', async () => {
    const controller = new AbortController()
    const [silent] = duplexPair()
    const asked = collectHostFacts(
      { ...machine(''), connect: async () => silent },
      { timeoutMs: 30_000, signal: controller.signal },
    )
    setTimeout(() => controller.abort(new Error('enough')), 20)
    await expect(asked).rejects.toThrow('enough')
    expect(silent.destroyed).toBe(true)
  })

  it.each(['etc/ctdb', '', '/etc\0'])('refuses the folder %j', async (base) => {
    await expect(collectHostFacts(machine(''), { ...OPTIONS, base })).rejects.toMatchObject({ code: 'BAD_BASE' })
  })
})
