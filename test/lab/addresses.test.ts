import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { READS, REFUSED, RETRIED, WITH_NODE_OUT } from './addresses/command-lines.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { untilHealthy, untilSettled, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { runBoth, type Shown } from './side-by-side/compare.ts'

const TOOLS = ['ctdb', 'ctdbts'] as const
type Tool = (typeof TOOLS)[number]

const IP = '10.99.1.132'

/** The usage text of the real tool has other options and descriptions. Only the command and its arguments have to be the same. */
function withoutUsage({ stdout, ...rest }: Shown): Shown {
  const [, commands] = stdout.split('\nCommands:\n')
  return { ...rest, stdout: stdout.startsWith('Usage: ') ? `usage of ${commands?.slice(0, 45).trimEnd()}` : stdout }
}

describeOnLab('address commands do what the real ones do', (lab) => {
  const words = (commandLines: readonly (readonly string[])[]) => commandLines.map((argv) => ({ argv, words: argv.join(' ') }))
  const same = (commandLines: readonly (readonly string[])[]) =>
    it.concurrent.for(words(commandLines))('$words', async ({ argv }, { expect }) => {
      const { ctdb, ctdbts } = await runBoth(lab, 0, argv)
      expect(withoutUsage(ctdbts)).toEqual(withoutUsage(ctdb))
    })

  describe('that only read', () => same(READS))
  describe('that are refused', () => same(REFUSED))
  describe('that are refused after five attempts', () => same(RETRIED))

  describe.each([
    {
      name: 'stopped',
      state: 'Stopped',
      enter: () => lab.must(0, 'ctdb', 'stop', '-n', '2'),
      leave: () => lab.must(0, 'ctdb', 'continue', '-n', '2'),
    },
    {
      name: 'gone',
      state: 'Disconnected|Unhealthy',
      enter: async () => lab.killDaemon(2),
      leave: () => lab.startDaemon(2),
    },
  ])('when node 2 is $name', ({ state, enter, leave }) => {
    beforeAll(async () => {
      await enter()
      await untilSettled(lab, ['OK', 'OK', state], [0, 1])
    })
    afterAll(async () => {
      await leave()
      await untilHealthy(lab)
    })
    same(WITH_NODE_OUT)
  })

  describe.each(TOOLS)('%s', (tool) => {
    const run = (pnn: number, ...argv: string[]) => shown(lab[tool](pnn, ...argv))
    const ownerOf = async (pnn: number, ip: string) => {
      const view = await viewOf(lab, pnn)
      return typeof view === 'string' ? view : view.owners.get(ip)
    }
    const untilOwned = (ip: string, owned: boolean) =>
      waitUntil(`${ip} is ${owned ? '' : 'not '}hosted`, async () => {
        const owner = await ownerOf(0, ip)
        return (owner !== undefined && owner !== -1) === owned ? undefined : `owner ${owner}`
      })

    it('moves an address to the given node at once', async () => {
      const from = Number(await ownerOf(0, IP))
      const to = (from + 1) % 3
      expect(await run(0, 'moveip', IP, String(to))).toEqual({ stdout: '', stderr: '', status: 0 })
      expect([await ownerOf(to, IP), await ownerOf(from, IP)]).toEqual([to, to])
      await untilHealthy(lab)
    })

    it('refuses to move an address to a node that cannot host it', { timeout: 240_000 }, async () => {
      await lab.must(0, 'ctdb', 'delip', IP, '-n', '2')
      await untilOwned(IP, true)
      await lab.must(0, 'ctdb', 'ipreallocate')
      const line = `Node 2 CANNOT host IP address ${IP}\n`
      expect(await run(0, 'moveip', IP, '2')).toEqual({
        stdout: '',
        stderr: `${line.repeat(5)}Failed to move IP ${IP} to node 2\n`,
        status: 1,
      })
      await lab.must(2, 'ctdb', 'addip', `${IP}/24`, 'eth1')
      await untilHealthy(lab)
    })

    it('adds an address to nodes, which then host it, and removes it again', { timeout: 180_000 }, async () => {
      const added = '10.99.1.190'
      const quiet = { stdout: '', stderr: '', status: 0 }
      for (const pnn of lab.pnns) expect(await run(0, '-n', String(pnn), 'addip', `${added}/24`, 'eth1')).toEqual(quiet)
      await untilOwned(added, true)
      expect(await run(1, 'addip', `${added}/24`, 'eth1')).toEqual({ ...quiet, stderr: `Node already knows about IP ${added}\n` })
      for (const pnn of lab.pnns) expect(await run(pnn, 'delip', added)).toEqual(quiet)
      await lab.must(0, 'ctdb', 'ipreallocate')
      expect(await run(1, 'delip', added)).toEqual({ ...quiet, stderr: `Node does not know about IP address ${added}\n` })
      await untilHealthy(lab)
    })

    it('marks a link down until the next monitor event', async () => {
      expect(await run(0, 'setifacelink', 'eth2', 'down', '-n', '1')).toEqual({ stdout: '', stderr: '', status: 0 })
      expect(await run(0, 'setifacelink', 'eth2', 'up', '-n', '1')).toEqual({ stdout: '', stderr: '', status: 0 })
      await untilHealthy(lab)
    })

    it('sends gratuitous ARPs for an address', async () => {
      for (const [ip, name] of [
        [IP, 'eth1'],
        ['fd00:99:1::131', 'eth2'],
        ['1.2.3.4', 'nothing'],
      ] as const) {
        expect(await run(0, 'gratarp', ip, name)).toEqual({ stdout: '', stderr: '', status: 0 })
      }
    })

    it('adds, shows and removes connections, from the command line and from standard input', async () => {
      const input = (text: string, ...argv: string[]) => shown(fed(lab, tool, text, argv))
      expect(await run(0, 'addtickle', '10.1.1.1:1000', `${IP}:445`)).toMatchObject({ stdout: '', stderr: '', status: 0 })
      const lines = `10.1.1.2:1001 ${IP}:445\n\n# none\n\t10.1.1.3:1002\t ${IP}:2049 behind\n`
      expect(await input(lines, 'addtickle')).toEqual({ stdout: '', stderr: '', status: 0 })
      expect(await run(0, 'gettickles', IP)).toEqual({
        stdout: `Connections for IP: ${IP}\nNum connections: 3\nSRC: 10.1.1.1:1000   DST: ${IP}:445\nSRC: 10.1.1.2:1001   DST: ${IP}:445\nSRC: 10.1.1.3:1002   DST: ${IP}:2049\n`,
        stderr: '',
        status: 0,
      })
      expect((await run(0, '-X', 'gettickles', IP, '2049')).stdout).toMatch(
        new RegExp(`^\\|Source IP\\|Port\\|Desti.*ation IP\\|Port\\|\n\\|10.1.1.3\\|1002\\|${IP}\\|2049\\|\n$`),
      )
      expect(await input(`10.1.1.9:1 1.2.3.4:445\n10.1.1.8:1 1.2.3.4:445\n`, 'addtickle')).toEqual({
        stdout: '',
        stderr: 'Failed to add 2 tickles\n',
        status: 1,
      })
      for (const bad of ['10.1.1.9:1\n', `fd00::1:1 ${IP}:445\n`, `   \n`, `10.1.1.9:1 ${IP}:\n`, 'x\n']) {
        expect([bad, await input(bad, 'addtickle')]).toEqual([bad, { stdout: '', stderr: '', status: 22 }])
      }
      expect(await input('', 'deltickle')).toEqual({ stdout: '', stderr: '', status: 0 })
      expect(await input(lines, 'deltickle')).toEqual({ stdout: '', stderr: '', status: 0 })
      expect(await run(0, 'deltickle', '10.1.1.1:1000', `${IP}:445`)).toEqual({ stdout: '', stderr: '', status: 0 })
      expect((await run(0, 'gettickles', IP)).stdout).toContain('Num connections: 0\n')
    })

    it('shows IPv6 connections in brackets, whichever way they were entered', async () => {
      const six = 'fd00:99:1::131'
      expect(await run(0, 'addtickle', 'fd00::7:1000', `[${six}]:445`)).toEqual({ stdout: '', stderr: '', status: 0 })
      expect((await run(0, 'gettickles', six)).stdout).toContain(`SRC: [fd00::7]:1000   DST: [${six}]:445\n`)
      expect(await run(0, 'deltickle', '[fd00::7]:1000', `${six}:445`)).toEqual({ stdout: '', stderr: '', status: 0 })
    })
  })

  it('warns with -v that the next takeover run will move an address back, which it does', async () => {
    const view = await viewOf(lab, 0)
    const owners = typeof view === 'string' ? new Map<string, number>() : view.owners
    const owned = (pnn: number) => [...owners].filter(([ip, owner]) => owner === pnn && ip.startsWith('10.')).map(([ip]) => ip)
    const from = lab.pnns.find((pnn) => owned(pnn).length === 1) ?? 0
    const [ip = ''] = owned(from)
    const to = (from + 1) % 3
    const { stderr, status } = await lab.ctdbts(0, '-v', 'moveip', ip, String(to))
    expect({ stderr, status }).toEqual({
      stderr: expect.stringMatching(
        new RegExp(
          `^Takeover runs are disabled\nThe other nodes have released ${ip}\nNode ${to} has taken ${ip}\nTakeover runs are enabled again\n`,
        ),
      ),
      status: 0,
    })
    const predicted = /will move \S+ to node (\d)/.exec(stderr)?.[1]
    await lab.must(0, 'ctdb', 'ipreallocate')
    const after = await viewOf(lab, 0)
    expect(typeof after === 'string' ? after : after.owners.get(ip)).toBe(predicted === undefined ? to : Number(predicted))
    await untilHealthy(lab)
  })

  it('enables takeover runs again when it is interrupted during a move', async () => {
    const view = await viewOf(lab, 0)
    const owner = typeof view === 'string' ? 0 : (view.owners.get(IP) ?? 0)
    const to = [1, 2].find((pnn) => pnn !== owner) ?? 1
    const logged = lab.logsFromNow()
    // The move waits for the recovery daemon of node 2, which does not answer.
    lab.signal(2, 'recoverd', 'SIGSTOP')
    try {
      const [program = '', ...rest] = lab.program
      const script = `${[program, ...rest, 'moveip', IP, String(to)].join(' ')} & pid=$!; sleep 3; kill -INT $pid; wait $pid; echo status $?`
      const { stdout, stderr } = await lab.exec(0, ['sh', '-c', script])
      expect(stderr).toContain('interrupted, cleaning up')
      expect(stderr).toContain('interrupted (SIGINT)')
      expect(stdout).toBe('status 130\n')
    } finally {
      lab.signal(2, 'recoverd', 'SIGCONT')
    }
    for (const pnn of [0, 1]) await expect.poll(() => logged(pnn)).toContain('Reenabling takeover runs')
    await untilHealthy(lab)
  })
})

async function shown(run: Promise<Shown>): Promise<Shown> {
  const { stdout, stderr, status } = await run
  return { stdout, stderr, status }
}

/** Runs a tool with a text on its standard input. */
const fed = (lab: Lab, tool: Tool, text: string, argv: readonly string[]): Promise<Shown> => {
  const program = tool === 'ctdb' ? ['ctdb'] : lab.program
  return lab.exec(0, ['sh', '-c', `printf '%s' "$TEXT" | ${[...program, ...argv].join(' ')}`], { env: { TEXT: text } })
}
