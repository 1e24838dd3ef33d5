import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ctdbts } from '../support/program.ts'
import { fails } from '../support/sim-nodes.ts'
import { tempDir } from '../support/temp-dir.ts'

describe('where no daemon can be connected to', () => {
  it('says so in the words of the real tool in test mode, with what the nodes file tells', async () => {
    using dir = tempDir()
    const run = () => ctdbts(['ping'], { CTDB_TEST_MODE: 'yes', CTDB_BASE: dir.path })
    const socket = dir.file('run/ctdbd.socket')
    const failed = `connect() failed, errno=2\nFailed to connect to CTDB daemon (${socket})\n`
    const question = 'Is this node part of CTDB cluster?\n'
    expect(await run()).toMatchObject(fails(`${failed}Failed to read nodes from "${dir.file('nodes')}"\n${question}`))
    writeFileSync(dir.file('nodes'), '192.0.2.1\n#127.0.0.1\n')
    expect(await run()).toMatchObject(fails(`${failed}Failed to detect PNN of the current node.\n${question}`))
    writeFileSync(dir.file('nodes'), '192.0.2.1\n127.0.0.1\n')
    expect(await run()).toMatchObject(fails(failed))
    mkdirSync(dir.file('run'))
    writeFileSync(socket, '')
    expect((await run()).stderr).toMatch(/^connect\(\) failed, errno=111\n/)
  })

  it('says in its own words what is wrong and what to do, else', async () => {
    const { stderr, status } = await ctdbts(['ping'], { CTDB_SOCKET: '/nowhere/s' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^ctdbts: there is no CTDB socket at \/nowhere\/s\n {2}start ctdbd/)
  })
})
