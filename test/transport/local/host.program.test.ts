import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../scripts/docs/pages.ts'
import { isAlive } from '../../../src/sim/processes.ts'
import { localHost } from '../../../src/transport/local/host.ts'
import { tempDir } from '../../support/temp-dir.ts'

const host = localHost()
/** Whether a process runs. Init may take its time to bury one that has ended. */
const runs = (pid: number) => isAlive(pid) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

const LIMITS = { timeoutMs: 10_000, maxBytes: 1000 }

describe('a command on this machine', () => {
  it('receives its words unchanged', async () => {
    const words = ['$(id)', "it's", 'a b', '', '*', '\n']
    const { stdout } = await host.exec(['printf', '<%s>', ...words], LIMITS)
    expect(stdout.toString()).toBe(words.map((word) => `<${word}>`).join(''))
  })

  it('returns its exit status and all bytes that it printed', async () => {
    const result = await host.exec(['sh', '-c', 'printf "\\000\\377\\n"; echo so >&2; exit 3'], LIMITS)
    expect(result).toEqual({ exitStatus: 3, stdout: Buffer.from([0, 0xff, 0x0a]), stderr: 'so\n' })
  })

  it('has no exit status when a signal ended it', async () => {
    expect(await host.exec(['sh', '-c', 'kill -9 $$'], LIMITS)).toMatchObject({ exitStatus: null })
  })

  it('has an empty standard input', async () => {
    expect((await host.exec(['cat'], LIMITS)).stdout).toHaveLength(0)
  })

  it('is ended when it takes too long, with everything that it started', async () => {
    using dir = tempDir()
    const line = `sleep 60 & echo $! >${dir.file('pid')}; wait`
    const ran = host.exec(['sh', '-c', line], { ...LIMITS, timeoutMs: 500 })
    await expect(ran).rejects.toMatchObject({
      code: 'EXEC_TIMEOUT',
      message: '`sh` on this machine did not end within 0.5 s',
      exitStatus: 110,
    })
    const pid = Number(readFileSync(dir.file('pid'), 'utf8'))
    await expect.poll(() => runs(pid)).toBe(false)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is ended when %s ends this program', async (signal) => {
    using dir = tempDir()
    const argv = ['sh', '-c', `echo $$ >${dir.file('pid')}; exec sleep 60`]
    const script = `import { localHost } from '${join(ROOT, 'src/transport/local/host.ts')}'
await localHost().exec(${JSON.stringify(argv)}, ${JSON.stringify({ ...LIMITS, timeoutMs: 60_000 })})`
    const program = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' })
    await expect.poll(() => readFileSync(dir.file('pid'), { encoding: 'utf8', flag: 'a+' })).toMatch(/\n/)
    const pid = Number(readFileSync(dir.file('pid'), 'utf8'))
    program.kill(signal)
    expect(await once(program, 'exit')).toEqual([null, signal])
    await expect.poll(() => runs(pid)).toBe(false)
  })

  it('is ended when it prints too much', async () => {
    await expect(host.exec(['yes'], LIMITS)).rejects.toMatchObject({
      code: 'EXEC_OUTPUT',
      message: '`yes` on this machine printed more than 1000 bytes',
    })
  })

  it('is ended when it is aborted', async () => {
    const signal = AbortSignal.timeout(50)
    await expect(host.exec(['sleep', '60'], { ...LIMITS, signal })).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(host.exec(['sleep', '60'], { ...LIMITS, signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('may not be there', async () => {
    await expect(host.exec(['/nowhere/program'], LIMITS)).rejects.toMatchObject({
      code: 'EXEC_FAILED',
      message: expect.stringContaining('`/nowhere/program` on this machine cannot be started: '),
    })
  })
})

describe('a socket on this machine', () => {
  it('is the first that exists', async () => {
    using dir = tempDir()
    const server = createServer((socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(dir.file('b'), resolve))
    try {
      expect(await text(await host.connect([dir.file('a'), dir.file('b'), dir.file('c')]))).toBe('hello')
    } finally {
      server.close()
    }
  })

  it('may not be there', async () => {
    await expect(host.connect(['/nowhere/a', '/nowhere/b'])).rejects.toMatchObject({ code: 'NO_SOCKET' })
  })
})
