import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { CONTAINER, type ContainerHosts, podmanRefusal, startContainerHosts } from './harness/container-hosts.ts'
import type { Lab } from './harness/lab.ts'
import { VERIFY } from './harness/verify-words.ts'

const isInstalled = spawnSync('podman', ['--version']).status === 0
if (!isInstalled && process.env.CI) throw new Error('the tests with containers need podman')
if (!isInstalled) process.stderr.write('SKIPPED: the tests with containers need podman\n')

const RUN = `podman exec -i ${CONTAINER}`
const COMMANDS = ['ip all', 'status', 'listnodes', 'event status legacy startup', 'natgw status', 'lvs list']
const NO_PROBLEM = /^No problem found \(3 nodes,/

describe.runIf(isInstalled)('podman', () => {
  describeOnLab('with the nodes in containers', (lab) => {
    const refusal = isInstalled && lab.nodes.length > 0 ? podmanRefusal(lab) : undefined
    if (refusal === undefined) return inContainers(lab)
    process.stderr.write(`\nNOT SHOWN: nodes in containers, as podman runs none on this machine: ${refusal}\n`)
    it('is not shown, as podman says why it runs none here', () => expect(refusal).toMatch(/./))
  })
})

function inContainers(lab: Lab): void {
  let hosts: ContainerHosts
  let home: string

  /** Runs `ctdbts` on a host, with the configuration of this test. */
  const ctdbts = async (pnn: number, ...argv: string[]) => {
    const { stdout, stderr, status } = await hosts.exec(pnn, [...lab.program, ...argv], { HOME: home, XDG_CONFIG_HOME: '' })
    return { stdout, stderr, status }
  }
  /** Runs `ctdb` in a container. */
  const ctdb = async (pnn: number, ...argv: string[]) => {
    const { stdout, stderr, status } = await hosts.exec(pnn, [...RUN.split(' '), 'ctdb', ...argv])
    return { stdout, stderr, status }
  }
  const configure = (text: string) => writeFileSync(join(home, '.config/ctdbts/config.toml'), text)
  const overSsh = (...words: string[]) => ['--ssh-config', hosts.sshConfig, ...words]

  beforeAll(async () => {
    hosts = await startContainerHosts(lab)
    home = join(lab.directory, 'podman-home')
    mkdirSync(join(home, '.config/ctdbts'), { recursive: true })
  })
  afterAll(async () => await hosts?.[Symbol.asyncDispose]())

  it.each(COMMANDS)('answers `%s` on the host, through --run, as the tool in the container', async (line) => {
    const argv = line.split(' ')
    expect(await ctdbts(1, ...argv, '--run', RUN)).toEqual(await ctdb(1, ...argv))
  })

  it.each(COMMANDS.slice(0, 4))('answers `%s` over SSH to the host and through config.toml there', async (line) => {
    const argv = line.split(' ')
    configure(`[clusters.ceph]\nhosts = ["ceph2"]\nrun = ${JSON.stringify(RUN.split(' '))}\n`)
    expect(await ctdbts(0, ...argv, ...overSsh('--host', 'ceph'))).toEqual(await ctdb(1, ...argv))
  })

  it.each([['ssh2'], ['openssh']])(
    'is audited and watched over SSH with --ssh %s, through --run on each host',
    async (client) => {
      const ways = overSsh('--ssh', client, '--host', hosts.names.join(), '--run', RUN)
      expect(await ctdbts(0, ...VERIFY, ...ways)).toEqual({ stdout: expect.stringMatching(NO_PROBLEM), stderr: '', status: 0 })
      const watched = await ctdbts(0, 'watch', '--once', ...ways)
      expect(watched).toEqual({ stdout: expect.stringContaining('10.99.1.131'), stderr: '', status: 0 })
    },
  )

  it.each([
    ['podman exec ctdb', 'does not pass on standard input', '-i with podman'],
    ['podman exec -it ctdb', 'gives commands a terminal', '(-t)'],
    [
      'podman exec -i other',
      'ran nothing: Error: no container with name or ID "other" found',
      'try `podman exec -i other sh -c true`',
    ],
  ])('says what is wrong with `%s`', async (run, message, hint) => {
    const { stderr, status } = await ctdbts(0, 'ip', ...overSsh('--host', 'ceph2', '--run', run))
    expect(status).toBe(1)
    expect(stderr).toMatch(/^ctdbts: `podman exec .*` on ssh root@10\.99\.0\.2:2224 .*\n {2}.*\n$/)
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('is found on a host, by the name of its container', async () => {
    const { stdout, stderr, status } = await ctdbts(2, 'discover', '--name', 'here')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^# this machine: ctdbd \(PID \d+\) in the container ctdb of podman, private address 10\.99\.0\.3\n/)
    configure(stdout)
    expect(await ctdbts(2, 'pnn', '--host', 'here')).toEqual({ stdout: '2\n', stderr: '', status: 0 })
  })

  it('is found over SSH, and audited by the configuration that is printed', async () => {
    const { stdout, stderr, status } = await ctdbts(
      0,
      'discover',
      ...overSsh('--host', hosts.names.join(), '--sudo', '--name', 'smb'),
    )
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout.match(/in the container ctdb of podman, private address 10\.99\.0\.[123]\n/g)).toHaveLength(3)
    configure(stdout)
    const audited = await ctdbts(0, ...VERIFY, ...overSsh('--host', 'smb'))
    expect(audited).toEqual({ stdout: expect.stringMatching(NO_PROBLEM), stderr: '', status: 0 })
  })
}
