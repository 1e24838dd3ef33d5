import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { execa } from 'execa'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { listNamespaces, removeNamespace } from './harness/network.ts'
import { publicAddresses } from './harness/node-files.ts'
import { labIdOf, removeLeftovers } from './harness/remove.ts'
import { missingRequirements } from './harness/requirements.ts'
import { untilHealthy, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { LONGEST_FIRST } from './longest-first.ts'

describeOnLab('a lab', (lab) => {
  it('has every public address, IPv4 and IPv6, in the kernel of its owner and nowhere else', async () => {
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    const kernels = await Promise.all(lab.pnns.map((pnn) => lab.must(pnn, 'ip', '-o', 'addr', 'show')))
    const holders = publicAddresses(lab.pnns.length).map(({ address }) => {
      return [address, lab.pnns.filter((pnn) => kernels[pnn]?.includes(` ${address}/`))] as const
    })
    expect(new Map(holders)).toEqual(new Map([...view.owners].map(([address, owner]) => [address, [owner]])))
  })

  it('has an IPv4 and an IPv6 address on each node after untilHealthy, wherever they were moved', {
    timeout: 90_000,
  }, async () => {
    const owners = async () => {
      const view = await viewOf(lab, 0)
      return typeof view === 'string' ? [] : [...view.owners]
    }
    // Each node has two, so that no takeover run moves any.
    const homes = {
      '10.99.1.131': 1,
      '10.99.1.132': 1,
      '10.99.1.133': 2,
      'fd00:99:1::131': 0,
      'fd00:99:1::132': 0,
      'fd00:99:1::133': 2,
    }
    for (const [address, pnn] of Object.entries(homes)) await lab.must(0, 'ctdb', 'moveip', address, String(pnn))
    await untilHealthy(lab)
    const shares = (await owners()).map(([address, pnn]) => `${address.includes(':') ? 'IPv6' : 'IPv4'} on ${pnn}`)
    expect(shares.toSorted()).toEqual(['IPv4', 'IPv6'].flatMap((family) => lab.pnns.map((pnn) => `${family} on ${pnn}`)))
  })

  it('lets root log in from one node to another over SSH', async () => {
    const options = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes']
    const { stdout } = await lab.exec(0, ['ssh', ...options, '-i', lab.sshKeyPath, lab.nodes[2]!.address, 'ctdb', 'pnn'])
    expect(stdout).toBe('2\n')
  })

  it('is removed when its owner is killed, however early', { timeout: 300_000 }, async () => {
    const script = `import { startLab } from '${new URL('harness/start.ts', import.meta.url)}'; await startLab({ nodes: 1 })`
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' })
    const labId = labIdOf(owner.pid!)
    const traces = async () =>
      [...(await listNamespaces()), ...readdirSync(tmpdir())].filter((name) => name.startsWith(`${labId}-`))
    await waitUntil('the lab is being built', async () => ((await traces()).length === 3 ? undefined : 'it is not'))
    owner.kill('SIGKILL')
    await expect.poll(traces, { timeout: 60_000 }).toEqual([])
  })
})

describeOnLab('what an earlier run left behind', () => {
  /** The lab of a process that has ended. */
  const goneId = labIdOf(spawnSync('true').pid)
  const aliveId = labIdOf(process.ppid)
  const own = [`${goneId}-0`, `${goneId}-switch`, `${aliveId}-leftover`]

  afterAll(async () => {
    const remaining = await listNamespaces()
    await Promise.all(own.filter((name) => remaining.includes(name)).map(removeNamespace))
  })

  it('is removed only if its owner is gone', async () => {
    for (const name of own) await execa('ip', ['netns', 'add', name])
    await removeLeftovers()
    const namespaces = await listNamespaces()
    expect(own.filter((name) => namespaces.includes(name))).toEqual([`${aliveId}-leftover`])
  })
})

describe('the files that begin first', () => {
  it('exist', () => {
    expect(LONGEST_FIRST.filter((name) => !existsSync(new URL(`${name}.test.ts`, import.meta.url)))).toEqual([])
  })
})

describe('the requirements of a lab', () => {
  afterEach(() => void vi.unstubAllEnvs())

  it('name the Debian package of a missing program', async () => {
    vi.stubEnv('PATH', '/nowhere')
    const missing = await missingRequirements()
    expect(missing).toContain('the program ctdbd (apt-get install ctdb)')
    expect(missing).toContain('the program sshd (apt-get install openssh-server)')
  })
})
