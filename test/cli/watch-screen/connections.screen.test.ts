import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SimServer } from '../../../src/sim/serve/sim-server.ts'
import { cuttable } from '../../operations/reach/clusters.ts'
import { startSim } from '../../support/sim-process.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { hasTmux } from '../../support/terminal.ts'
import { openWatch, type WatchScreen } from '../../support/watch-screen.ts'

/** Less than the 3 s after which a question to a daemon fails: keys do not wait for that. */
const AT_ONCE_MS = 2_500
const ALL_WELL = /^(?!.*cannot reach any node).* leader \d .*3 nodes · 6 addresses /
const BLIND = /^✗ unreachable|cannot reach any node/m

/** A `ctdbts sim` as a process of its own, which can be killed and started again where it was. */
class SimProcess implements AsyncDisposable {
  private readonly folder: ReturnType<typeof tempDir>
  private readonly sim: Awaited<ReturnType<typeof startSim>>

  private constructor(folder: ReturnType<typeof tempDir>, sim: Awaited<ReturnType<typeof startSim>>) {
    this.folder = folder
    this.sim = sim
  }

  static async start(folder = tempDir(), port = 0): Promise<SimProcess> {
    const flags = ['--nodes', '3', '--addresses', '6', '--speed', '3', '--dir', folder.path, '--ssh-port', String(port)]
    return new SimProcess(folder, await startSim(flags))
  }

  get nodes(): SimServer['nodes'] {
    return this.sim.started.nodes as SimServer['nodes']
  }

  get sshConfigPath(): string {
    return String(this.sim.started.sshConfigPath)
  }

  say(line: string): void {
    this.sim.say(line)
  }

  kill(signal: NodeJS.Signals): void {
    this.sim.child.kill(signal)
  }

  /** Like a power cut for all nodes at once. */
  async cutOff(): Promise<void> {
    this.kill('SIGKILL')
    await this.sim.ended
  }

  /** All nodes again, behind the same sockets and ports. */
  async again(): Promise<SimProcess> {
    return await SimProcess.start(this.folder, this.nodes[0]?.ssh?.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutOff()
    this.folder[Symbol.dispose]()
  }
}

/** Keys are obeyed at once, whatever the cluster does. */
async function answersKeys(screen: WatchScreen): Promise<void> {
  for (const seen of [/─ Help ─/, /^(?!.*─ Help ─)/s]) {
    const pressedMs = performance.now()
    await screen.press('?')
    await screen.shows(seen)
    expect(performance.now() - pressedMs).toBeLessThan(AT_ONCE_MS)
  }
}

describe.skipIf(!hasTmux)('a watch of a cluster that comes and goes', () => {
  let sim: SimProcess
  beforeEach(async () => {
    sim = await SimProcess.start()
  }, 30_000)
  afterEach(async () => await sim?.[Symbol.asyncDispose]())

  it('shows a daemon that is killed and comes back', async () => {
    await using screen = await openWatch(`--socket ${sim.nodes[0]?.socketPath}`)
    await screen.shows(/3 nodes · 6 addresses/)
    sim.say('kill 1')
    await screen.shows('DISCONNECTED')
    await answersKeys(screen)
    sim.say('start 1')
    await expect.poll(async () => (await screen.screen()).split('\n')[0], { timeout: 20_000 }).toMatch(ALL_WELL)
    expect(await screen.screen()).toMatch(/✓ node 1 .*\bOK\b/)
  }, 60_000)

  it('shows that its own daemon is killed, reacts to keys, and finds it again', async () => {
    await using screen = await openWatch(`--socket ${sim.nodes[0]?.socketPath}`)
    await screen.shows(/3 nodes · 6 addresses/)
    sim.say('kill 0')
    await screen.shows(BLIND)
    await answersKeys(screen)
    sim.say('start 0')
    await expect.poll(async () => (await screen.screen()).split('\n')[0], { timeout: 20_000 }).toMatch(ALL_WELL)
  }, 60_000)

  it('shows that the whole cluster is gone, reacts to keys, and finds it again', async () => {
    await using screen = await openWatch(`--socket ${sim.nodes[0]?.socketPath}`)
    await screen.shows(/3 nodes · 6 addresses/)
    await sim.cutOff()
    await screen.shows(BLIND)
    await answersKeys(screen)
    sim = await sim.again()
    await expect.poll(async () => (await screen.screen()).split('\n')[0], { timeout: 20_000 }).toMatch(ALL_WELL)
    await screen.press('q')
    await screen.shows('status 0')
  }, 60_000)

  it('over SSH, shows that the connections are cut, reacts to keys, and reconnects', async () => {
    const { cut } = await cuttable(sim, 0)
    await using screen = await openWatch(`--host cut --ssh-config ${sim.sshConfigPath}`)
    await screen.shows(/cut over SSH.*3 nodes · 6 addresses.*READ-ONLY/)
    await screen.press('a')
    await screen.shows('read-only over SSH unless started with --no-read-only')
    cut()
    await screen.shows(/[✗!?] .*node 0.*(lost|cannot|closed|ended|over|reached)/)
    await answersKeys(screen)
    await expect.poll(async () => (await screen.screen()).split('\n')[0], { timeout: 20_000 }).toMatch(/3 nodes · 6 addresses/)
    await screen.shows(/✓ .*node 0.*(again|back)/)
    await sim.cutOff()
    cut()
    await screen.shows(BLIND)
    await answersKeys(screen)
    await screen.press('q')
    await screen.shows('status 0')
  }, 60_000)

  it('over SSH, shows the age of its state while no node answers, and continues when one does', async () => {
    await using screen = await openWatch(`--host node0 --ssh-config ${sim.sshConfigPath}`)
    await screen.shows(/node0 over SSH/)
    sim.kill('SIGSTOP')
    try {
      await screen.shows(/seen [3-9] s ago|cannot reach any node|no answer/)
      await answersKeys(screen)
    } finally {
      sim.kill('SIGCONT')
    }
    await expect
      .poll(async () => (await screen.screen()).split('\n')[0], { timeout: 30_000 })
      .toMatch(/6 addresses.*seen [01] s ago/)
    await screen.press('C-c')
    await screen.shows('status 0')
  }, 90_000)
})
