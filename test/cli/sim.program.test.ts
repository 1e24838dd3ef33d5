import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { schemaNamed } from '../support/documents.ts'
import { schemaFaults } from '../support/json-schema.ts'
import { ctdbts } from '../support/program.ts'
import { startSim } from '../support/sim-process.ts'
import { tempDir } from '../support/temp-dir.ts'

const simFolders = (pid: number): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`ctdbts-sim-${pid}-`))

describe('ctdbts demo', () => {
  it('runs completely in less than 30 s, with nothing but Node', async () => {
    const { stdout, stderr, status, durationMs } = await ctdbts(['demo'])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(durationMs).toBeLessThan(30_000)
    expect(stdout).toMatch(/restart-network \d/)
    expect(stdout).toMatch(
      /\$ ctdbts verify\nx ERROR ip-missing\n {2}\* node \d claims 172\.16\.146\.13\d, but its kernel does not have it\n/,
    )
    expect(stdout).toMatch(/\$ ctdbts takeover-run --dry-run\n[\s\S]*0 to move/)
    expect(stdout).toMatch(
      /Assigned IP 172\.16\.146\.13\d not on an interface\n.*Trigger takeoverrun\n[\s\S]*Takeover of IP 172\.16\.146\.13\d/,
    )
    expect(stdout.trimEnd()).toMatch(/\$ ctdbts verify\nNo problem found \(3 nodes, \d+ checks\)$/)
  })

  it('does not wait without a terminal', async () => {
    const { stderr, status } = await ctdbts(['demo', '--step'])
    expect(status).toBe(1)
    expect(stderr).toContain('--step needs a terminal to wait for Enter')
  })
})

describe('--sim', () => {
  it('answers every command that reads', async () => {
    const ip = await ctdbts(['ip', '--sim'])
    expect(ip).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Public IPs on node 0\n172\.16\.146\.131 \d\n/),
    })
    const status = await ctdbts(['-X', 'status', '--sim', '--sim-nodes', '5'])
    expect(status.stdout.trim().split('\n')).toHaveLength(6)
    const snapshot = await ctdbts(['snapshot', '--sim', '--sim-addresses', '20'])
    expect(JSON.parse(snapshot.stdout).nodes[2].known).toHaveLength(20)
    const plan = await ctdbts(['takeover-run', '--dry-run', '--sim', '--down', '1', '--detailed-exitcode'])
    expect(plan.status).toBe(2)
  })

  it('carries out the scenario first, and looks at the time of --sim-at', async () => {
    using folder = tempDir()
    const file = folder.file('story.sim')
    writeFileSync(file, 'nodes 4\naddresses 4\nat 1 stop 1 # and never again\nat +2 crash 2\n')
    const flags = async (...more: string[]) => {
      const { stdout } = await ctdbts(['-Y', 'status', '--sim-scenario', file, ...more])
      return stdout.match(/^\|[12]\|.*$/gm)
    }
    expect(await flags('--sim-at', '0.5')).toEqual([
      expect.stringContaining('|10.11.12.2|0|0|0|0|0|0|'),
      expect.stringContaining('|10.11.12.3|0|0|'),
    ])
    const [stopped, crashed] = (await flags('--sim-at', '20')) ?? []
    expect(stopped?.split('|').slice(3, 10)).toContain('1')
    expect(crashed).toMatch(/^\|2\|10\.11\.12\.3\|1\|/)
  })

  it('reports that the node that is asked sees no other: in tables and JSON, not in what ctdb prints too', async () => {
    using folder = tempDir()
    const scenario = folder.file('cut-off')
    writeFileSync(scenario, 'nodes 3\naddresses 3\nat 0 part 0\n')
    const asked = async (...argv: string[]) => (await ctdbts([...argv, '--sim-scenario', scenario, '--sim-at', '60'])).stdout
    for (const line of ['ip --table', 'ip all --table', 'status --table'])
      expect(await asked(...line.split(' ')), line).toContain('Note: the node that was asked sees no other node')
    for (const line of ['ip --json', 'status --json'])
      expect(JSON.parse(await asked(...line.split(' '))), line).toMatchObject({ viewLimit: 'alone' })
    for (const line of ['ip', 'status', 'status -j']) expect(await asked(...line.split(' ')), line).not.toMatch(/Note|viewLimit/)
  })

  it('adds nothing to the JSON of ctdb where its flags say that a daemon has just started', async () => {
    using folder = tempDir()
    const file = folder.file('snapshot.json')
    await ctdbts(['snapshot', '--sim', '-o', file])
    const snapshot = JSON.parse(readFileSync(file, 'utf8'))
    for (const node of snapshot.nodeMap) if (node.pnn !== snapshot.askedNode) node.flags = NODE_FLAG.UNKNOWN
    writeFileSync(file, JSON.stringify(snapshot))
    const [own, ctdb] = await Promise.all(['--json', '-j'].map((form) => ctdbts(['status', '--from', file, form])))
    expect(own?.stdout).toContain('"unknown": true')
    expect(JSON.parse(own?.stdout ?? '')).toEqual(JSON.parse(ctdb?.stdout ?? ''))
  })

  it('does the same in the era of the seed article', async () => {
    const { stdout, status } = await ctdbts(['status', '--sim', '--sim-era', '2017'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/Recovery master:\d\n$/)
  })

  it.each([
    [['ip', '--sim', '--socket', '/x'], '--socket cannot be combined with a simulated cluster'],
    [['ip', '--sim-nodes', '0'], 'a simulated cluster has 1 to 200 nodes, not 0'],
    [['ip', '--sim-nodes', 'many'], '--sim-nodes takes a whole number, not "many"'],
    [['ip', '--sim', '--sim-at', 'noon'], '--sim-at takes a number of seconds up to 36000, not "noon"'],
    [['ip', '--sim-scenario', '/nowhere'], 'cannot read the scenario /nowhere: ENOENT'],
    [['takeover-run', '--sim'], 'what-if options, --from and --sim need --dry-run'],
  ])('refuses %j', async (argv, message) => {
    const { stderr, status } = await ctdbts(argv)
    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })

  it('reports line and reason of an error in a scenario', async () => {
    using folder = tempDir()
    const file = folder.file('wrong.sim')
    const told = async (text: string) => {
      writeFileSync(file, text)
      return (await ctdbts(['ip', '--sim-scenario', file])).stderr
    }
    expect(await told('nodes 3\nat 1 explode 1\n')).toContain('wrong.sim, line 2: there is no command "explode"')
    expect(await told('at later crash 1\n')).toContain('wrong.sim, line 1: "later" is not a time')
    expect(await told('\n\nat 1 crash 7\n')).toContain('line 3 of the scenario (crash 7): there is no node 7')
    expect(await told('moon 1\n')).toContain('wrong.sim, line 1: a line is')
  })
})

describe('ctdbts sim', () => {
  it('serves nodes, carries out commands, logs, and leaves nothing behind when it is interrupted', async () => {
    const sim = await startSim(['--do', 'restart-network 1', '--speed', '5'])
    const [node] = sim.started.nodes as { socketPath: string; ssh: { port: number } }[]
    expect(node?.ssh.port).toBeGreaterThan(0)
    const { stdout } = await ctdbts(['ip', 'all'], { CTDB_SOCKET: node?.socketPath ?? '' })
    expect(stdout).toContain('Public IPs on ALL nodes\n172.16.146.131 ')
    sim.say('help link')
    expect(await sim.next('help')).toMatchObject({ text: expect.stringContaining('plug in or pull a cable') })
    sim.say('show')
    expect((await sim.next('overview')).nodes).toHaveLength(3)
    sim.say('link 1 bond0 sideways')
    expect(await sim.next('error')).toMatchObject({ code: 'BAD_COMMAND', message: 'a link is up or down, not "sideways"' })
    await expect.poll(() => sim.events.some(({ text }) => text === 'Takeover run completed successfully')).toBe(true)
    sim.child.kill('SIGINT')
    expect(await sim.ended).toEqual([0, null])
    expect(sim.events.at(-1)).toEqual({ event: 'stopped' })
    expect(sim.events.flatMap((event) => schemaFaults(event, schemaNamed('sim')))).toEqual([])
    expect(simFolders(sim.child.pid ?? 0)).toEqual([])
  })

  it('fails in the end when a command from the command line fails, and at once when it is invalid', async () => {
    const late = await ctdbts(['sim', '--no-ssh', '--do', 'crash 9', '--for', '0.2'])
    expect(late.status).toBe(1)
    expect(late.stdout).toContain('there is no node 9')
    const early = await ctdbts(['sim', '--no-ssh', '--do', 'explode 1'])
    expect(early).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('there is no command "explode"') })
  })

  it.each([
    [['--dir', ''], 'its name is empty'],
    [['--dir', '/dev/null/x'], 'cannot use /dev/null/x as a folder'],
    [['--ssh-port', '65535'], 'there are no 3 ports from 65535 on'],
    [['--ssh-port', '65536'], '--ssh-port takes a port, not "65536"'],
    [['--speed', 'abc'], '--speed takes a number above 0 and up to 100000, not "abc"'],
  ])('refuses %j', async (argv, message) => {
    const { stderr, status } = await ctdbts(['sim', ...argv, '--for', '1'])
    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('internal error')
  })

  it('has no socket for a node without ctdbd, and one again when ctdbd is back', async () => {
    const sim = await startSim(['--no-ssh', '--speed', '10'])
    const paths = (sim.started.nodes as { socketPath: string }[]).map(({ socketPath }) => socketPath)
    sim.say('kill 2')
    await expect.poll(() => existsSync(paths[2] ?? '')).toBe(false)
    expect((await ctdbts(['ip', '--socket', paths[2] ?? ''])).stderr).toContain('there is no CTDB socket')
    sim.say('start 2')
    await expect.poll(() => existsSync(paths[2] ?? '')).toBe(true)
    sim.say('quit')
    expect(await sim.ended).toEqual([0, null])
  })

  it('ends by itself after --for, with its scenario done', async () => {
    using folder = tempDir()
    const file = folder.file('short.sim')
    writeFileSync(file, 'era 2017\nat 1 delete-address 1 172.16.146.132\n')
    const { stdout, status } = await ctdbts(['sim', '--scenario', file, '--no-ssh', '--speed', '10', '--for', '1'])
    expect(status).toBe(0)
    expect(stdout).toContain("Public address '172.16.146.132' is missing and we should serve this ip\n")
    expect(stdout).toContain('recovery master forced ip reallocation\n')
    expect(stdout.trimEnd().endsWith('stopped')).toBe(true)
  })

  it('reports which folder is in use, and which port', async () => {
    using folder = tempDir()
    const dir = folder.path
    const first = await startSim(['--dir', dir, '--no-ssh'])
    const second = await ctdbts(['sim', '--dir', dir, '--no-ssh', '--for', '1'])
    expect(second.status).toBe(1)
    expect(second.stderr).toContain(`another program already listens at ${dir}/n0/run/ctdbd.socket`)
    first.child.kill('SIGTERM')
    expect(await first.ended).toEqual([0, null])
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const third = await ctdbts(['sim', '--ssh-port', String(port), '--for', '1'])
    other.close()
    expect(third.status).toBe(1)
    expect(third.stderr).toContain(`127.0.0.1:${port}`)
  })

  it('reports that a socket path is too long for the system', async () => {
    using folder = tempDir()
    const { stderr, status } = await ctdbts(['sim', '--dir', folder.file('x'.repeat(100)), '--for', '1'])
    expect(status).toBe(1)
    expect(stderr).toContain('the socket path is longer than 107 bytes')
  })

  it('removes what a killed cluster has left', async () => {
    const killed = await startSim(['--no-ssh'])
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(simFolders(killed.child.pid ?? 0)).toHaveLength(1)
    await ctdbts(['sim', '--no-ssh', '--for', '0.1'])
    expect(simFolders(killed.child.pid ?? 0)).toEqual([])
  })

  it('reuses the sockets that a killed cluster has left in a given folder', async () => {
    using folder = tempDir()
    const dir = folder.path
    const killed = await startSim(['--dir', dir, '--no-ssh'])
    killed.child.kill('SIGKILL')
    await killed.ended
    expect((await ctdbts(['sim', '--dir', dir, '--no-ssh', '--for', '0.1'])).status).toBe(0)
  })

  it('does not overwrite existing files', async () => {
    using folder = tempDir()
    const dir = folder.path
    mkdirSync(join(dir, 'n0/run/ctdbd.socket'), { recursive: true })
    const { stderr, status } = await ctdbts(['sim', '--dir', dir, '--for', '1'])
    expect(status).toBe(1)
    expect(stderr).toContain('already exists and is not a socket')
  })
})
