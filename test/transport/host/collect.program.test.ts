import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { CtdbtsError } from '../../../src/lib/errors.ts'
import { readFactsCommand } from '../../../src/lib/host/facts-script.ts'
import { renderSections } from '../../../src/lib/host/sections.ts'
import { serveEventClient } from '../../../src/sim/serve/serve-events.ts'
import { collectHostFacts } from '../../../src/transport/host/collect.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'

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

describe('examining a machine', () => {
  it('reports facts of its shell and of its event daemon', async () => {
    const { facts, missing } = await collectHostFacts(machine('node1'), OPTIONS)
    expect(facts).toEqual({ hostname: 'node1', events: NO_RUNS })
    expect(missing).toHaveLength(16)
  })

  it('takes the network from the machine in whose kernel the addresses are, and everything else from behind the prefix', async () => {
    const asked: string[] = []
    const saying = (name: string): HostAccess => ({
      ...machine(name),
      exec: (argv, limits) => {
        asked.push(`${name} ${readFactsCommand(argv)?.extent}`)
        return machine(name).exec(argv, limits)
      },
    })
    const access: HostAccess = { ...saying('container'), kernel: saying('host') }
    const { facts, missing } = await collectHostFacts(access, OPTIONS)
    expect(facts).toEqual({ hostname: 'host', events: NO_RUNS })
    expect(missing).toHaveLength(16)
    await collectHostFacts(access, { ...OPTIONS, extent: 'kernel' })
    expect(asked).toEqual(['container files', 'host network', 'host kernel'])
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

  it('continues without the event daemon', async () => {
    const { facts, missing } = await collectHostFacts({ ...machine('node1'), connect: () => Promise.reject(NOBODY) }, OPTIONS)
    expect(facts).toEqual({ hostname: 'node1' })
    expect(missing).toContainEqual({ fact: 'host.events', code: 'NO_SOCKET', message: 'nobody' })
  })

  interface ShellFailure {
    readonly when: string
    readonly exec: HostAccess['exec']
    readonly code: string
    readonly message: string
  }

  it.each<ShellFailure>([
    {
      when: 'when it fails',
      exec: () => Promise.reject(new CtdbtsError('EXEC_TIMEOUT', 'too slow')),
      code: 'EXEC_TIMEOUT',
      message: 'too slow',
    },
    {
      when: 'when sudo refuses',
      exec: async () => ({
        exitStatus: 1,
        stdout: Buffer.of(),
        stderr: 'sudo: unable to resolve host node1\nsudo: a password is required\n',
      }),
      code: 'EXEC_FAILED',
      message: '`ctdbts-facts` on a machine failed with exit status 1: sudo: a password is required',
    },
    {
      when: 'when it is killed',
      exec: async () => ({ exitStatus: null, stdout: Buffer.of(), stderr: '' }),
      code: 'EXEC_FAILED',
      message: '`ctdbts-facts` on a machine was killed',
    },
    {
      when: 'when it says nothing',
      exec: async () => ({ exitStatus: 0, stdout: Buffer.of(), stderr: '' }),
      code: 'HOST_INCOMPLETE',
      message: 'the answer of the node is not whole',
    },
  ])('continues without its shell $when', async ({ exec, code, message }) => {
    const { facts, missing } = await collectHostFacts({ ...machine(''), exec }, OPTIONS)
    expect(facts).toEqual({ events: NO_RUNS })
    expect(missing).toContainEqual({ fact: 'host.addresses', code, message })
    expect(new Set(missing.map((each) => each.code))).toEqual(new Set([code]))
  })

  it('does not report a bug as a failure', async () => {
    const bug = new TypeError('a bug')
    const asked = collectHostFacts({ ...machine(''), connect: () => Promise.reject(bug) }, OPTIONS)
    await expect(asked).rejects.toBe(bug)
  })

  it('ends when it is aborted', async () => {
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
