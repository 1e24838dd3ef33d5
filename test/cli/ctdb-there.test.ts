import { afterEach, describe, expect, it, vi } from 'vitest'
import { ctdbWords, runCtdbOn } from '../../src/cli/ctdb-there.ts'
import type { ExecLimits, ExecResult, HostAccess } from '../../src/transport/host-access.ts'

const machine = (exec: (limits: ExecLimits) => Promise<Partial<ExecResult>>): HostAccess => ({
  name: 'node1',
  exec: async (_argv, limits) => ({ exitStatus: 0, stdout: Buffer.alloc(0), stderr: '', ...(await exec(limits)) }),
  connect: async () => Promise.reject(new Error('nobody asks the daemon')),
})

describe('the command line of ctdb on another machine', () => {
  it.each([
    { words: ['pstore', 'db', 'k', 'v'], line: '-T 4 -t 10 pstore db k v' },
    { words: ['pstore', 'db', '-k', '0x76'], line: '-T 4 -t 10 pstore -- db -k 0x76' },
  ])('of $words has the time limits', ({ words, line }) => {
    expect(ctdbWords(words, { maxRuntime: 4, timeLimit: 10 }).join(' ')).toBe(line)
  })
})

describe('what ctdb prints on another machine', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  /** What has been written to standard output. */
  function output(): string[] {
    const texts: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((data) => texts.push(Buffer.from(data).toString()) > 0)
    return texts
  }

  it('is printed before it has ended', async () => {
    const texts = output()
    const goOn = Promise.withResolvers<void>()
    const running = runCtdbOn(
      machine(async ({ onStdout }) => {
        await onStdout?.(Buffer.from('first\n'))
        await goOn.promise
        return {}
      }),
      ['cattdb', 'db'],
    )
    await vi.waitFor(() => expect(texts).toEqual(['first\n']))
    goOn.resolve()
    await running
  })

  it('is printed where it only comes as a whole', async () => {
    const texts = output()
    await runCtdbOn(
      machine(async () => ({ stdout: Buffer.from('all\n') })),
      ['cattdb', 'db'],
    )
    expect(texts.join('')).toBe('all\n')
  })

  it('shows no controls on a terminal, wherever it is cut', async () => {
    const texts = output()
    vi.stubGlobal(
      'process',
      Object.create(process, { stdout: { value: Object.create(process.stdout, { isTTY: { value: true } }) } }),
    )
    const bytes = Buffer.from('ä\u001b[2J\n')
    await runCtdbOn(
      machine(async ({ onStdout }) => {
        for (const byte of bytes) await onStdout?.(Buffer.of(byte))
        return {}
      }),
      ['cattdb', 'db'],
    )
    expect(texts.join('')).toBe('ä\\x1b[2J\n')
  })
})
