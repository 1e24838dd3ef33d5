import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { connectUnix, findSocket } from '../../../src/transport/local/socket.ts'
import { ctdbts } from '../../support/program.ts'
import { answerBasics, ScriptedDaemon } from '../../support/scripted-daemon.ts'
import { tempDir } from '../../support/temp-dir.ts'

const connect = (path: string) => connectUnix(path, { timeoutMs: 1000 })

/** A socket of the given type that nobody listens on any more. Perl is on every Debian. */
function leaveSocket(path: string, type: 'SOCK_STREAM' | 'SOCK_DGRAM', body = ''): void {
  const program = `use Socket; socket(S, AF_UNIX, ${type}, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die; ${body}`
  const { status, stderr } = spawnSync('perl', ['-e', program, path])
  if (status !== 0) throw new Error(String(stderr))
}

describe('the socket', () => {
  it('is the given one, else CTDB_SOCKET, else the first known path that exists', () => {
    using dir = tempDir()
    writeFileSync(dir.file('second'), '')
    const known = [dir.file('first'), dir.file('second'), dir.file('third')]
    expect(findSocket('/given', { CTDB_SOCKET: '/from/env' }, known)).toBe('/given')
    expect(findSocket(undefined, { CTDB_SOCKET: '/from/env' }, known)).toBe('/from/env')
    expect(findSocket(undefined, {}, known)).toBe(dir.file('second'))
    const testMode = { CTDB_TEST_MODE: '', CTDB_BASE: '/base' }
    expect(findSocket(undefined, testMode, known)).toBe('/base/run/ctdbd.socket')
    expect(findSocket(undefined, { ...testMode, CTDB_SOCKET: '/from/env' }, known)).toBe('/from/env')
    expect(() => findSocket(undefined, { CTDB_TEST_MODE: '1' }, known)).toThrow('CTDB_BASE not set in test mode')
    expect(() => findSocket(undefined, {}, known.slice(0, 1))).toThrow(`there is no socket at ${dir.file('first')}`)
  })
})

describe('each cause of failure has its own message and hint', () => {
  it('nothing there', async () => {
    using dir = tempDir()
    await expect(connect(dir.file('none'))).rejects.toMatchObject({
      code: 'NO_SOCKET',
      message: `there is no CTDB socket at ${dir.file('none')}`,
      hint: expect.stringContaining('--socket'),
    })
  })

  it('a socket that a dead daemon left', async () => {
    using dir = tempDir()
    leaveSocket(dir.file('left'), 'SOCK_STREAM')
    await expect(connect(dir.file('left'))).rejects.toMatchObject({
      code: 'NOBODY_LISTENS',
      hint: expect.stringContaining('start'),
    })
  })

  it('a file', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('file'), '')
    await expect(connect(dir.file('file'))).rejects.toMatchObject({ code: 'NOT_A_SOCKET' })
    await expect(connect(dir.file('file/deeper'))).rejects.toMatchObject({ code: 'NO_SOCKET' })
  })

  it('a socket of another type', async () => {
    using dir = tempDir()
    const holder = execa('perl', [
      '-e',
      'use Socket; $|=1; socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])); print "x"; sleep 60',
      dir.file('dgram'),
    ])
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    await expect(connect(dir.file('dgram'))).rejects.toMatchObject({ code: 'NOT_CTDB' })
    holder.kill()
    await holder.catch(() => {})
  })

  it('another server', async () => {
    using dir = tempDir()
    const server = createServer().listen(dir.file('http'))
    const { stderr, status } = await ctdbts(['ip', '--socket', dir.file('http')])
    expect(stderr).toContain(`the peer at ${dir.file('http')} does not speak CTDB's protocol`)
    expect(status).toBe(1)
    server.close()
  })

  it.runIf(process.getuid?.() === 0)('no permission', async () => {
    using dir = tempDir()
    await using daemon = await new ScriptedDaemon(dir.file('s'), answerBasics).listen()
    chmodSync(dir.path, 0o755)
    chmodSync(daemon.path, 0o700)
    // Another user may be kept from reading the checkout, so it becomes that user once all is loaded.
    const code = `
      const { connectUnix } = await import(process.argv[1])
      process.setgroups([])
      process.setegid(65534)
      process.seteuid(65534)
      await connectUnix(process.argv[2], { timeoutMs: 1000 }).catch(({ code, message, hint }) => console.log(code, message, hint))`
    const library = new URL('../../../dist/library/wire.js', import.meta.url).href
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code, library, daemon.path])
    expect(stdout).toContain(`NO_PERMISSION no permission to use the CTDB socket ${daemon.path}`)
    expect(stdout).toContain('sudo')
  })

  it('a path longer than Linux allows', async () => {
    await expect(connect(`/tmp/${'x'.repeat(120)}`)).rejects.toMatchObject({ code: 'SOCKET_PATH' })
  })
})
