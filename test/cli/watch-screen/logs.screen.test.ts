import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimServer } from '../../../src/sim/serve/sim-server.ts'
import { startSim } from '../../support/sim-process.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch } from '../../support/watch-screen.ts'

const SIZE = { columns: 150, rows: 45 }

describe.skipIf(!hasTmux)('the log of real nodes', () => {
  const folder = tempDir()
  let sim: Awaited<ReturnType<typeof startSim>> | undefined
  beforeAll(async () => {
    sim = await startSim(['--nodes', '3', '--addresses', '6', '--speed', '3', '--dir', folder.path, '--ssh-port', '0'])
  }, 30_000)
  afterAll(async () => {
    sim?.child.kill('SIGKILL')
    await sim?.ended
    folder[Symbol.dispose]()
  })

  it('is read over SSH, goes on, and is limited to what the cursor is on', async () => {
    await using screen = await openWatch(`--host node0 --ssh-config ${sim?.started.sshConfigPath}`, { size: SIZE })
    await screen.shows(/node1 ctdb-recoverd: Reenabling takeover runs/)
    sim?.say('disable 1')
    await screen.shows(/node1 ctdbd: Disable node/)
    await screen.press('l', 'l', 'l')
    expect(await screen.shows(/^ Log {2}node 2/m)).not.toMatch(/node[01] ctdb/)
    await screen.press('h', 'h', 'h', 'j')
    expect(await screen.shows(/^ Log {2}172\.16\.146\.132/m)).toMatch(/Takeover of IP 172\.16\.146\.132/)
    await screen.press('q')
    await screen.shows('status 0')
  })

  it('says why it is not read where no commands reach the nodes', async () => {
    const nodes = sim?.started.nodes as SimServer['nodes']
    await using screen = await openWatch(`--socket ${nodes[0]?.socketPath}`, { size: SIZE })
    await screen.shows(/node1 ctdbts: log not read: needs --host/)
    await screen.press('q')
    await screen.shows('status 0')
  })
})
