import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ctdbts } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'

const inTestMode = (base: string, ...argv: string[]) => ctdbts(argv, { CTDB_TEST_MODE: 'yes', CTDB_BASE: base })

describe('in test mode, a daemon that cannot be reached is reported in the words of ctdb', () => {
  it('on a machine that has no nodes file', async () => {
    using dir = tempDir()
    expect(await inTestMode(dir.path, 'getpid')).toMatchObject({
      stdout: '',
      stderr: `connect() failed, errno=2
Failed to connect to CTDB daemon (${dir.path}/run/ctdbd.socket)
Failed to read nodes from "${dir.path}/nodes"
Is this node part of CTDB cluster?
`,
      status: 1,
    })
  })

  it('on a machine that is none of the nodes', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('nodes'), '192.0.2.1\n#127.0.0.1\n')
    const { stderr } = await inTestMode(dir.path, 'ip')
    expect(stderr).toContain('Failed to detect PNN of the current node.\nIs this node part of CTDB cluster?\n')
  })

  it('on a machine that is a node', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('nodes'), '192.0.2.1\n127.0.0.1\n')
    expect((await inTestMode(dir.path, 'status')).stderr).toBe(
      `connect() failed, errno=2\nFailed to connect to CTDB daemon (${dir.path}/run/ctdbd.socket)\n`,
    )
  })

  it('but in our own words as JSON', async () => {
    using dir = tempDir()
    const { stdout } = await inTestMode(dir.path, 'ip', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NO_SOCKET', message: expect.stringContaining('no CTDB socket') } })
  })
})
