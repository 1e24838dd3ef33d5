import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOOKING, REFUSED, TRIED_IN_VAIN, WITH_A_NODE_OUT } from './addresses/command-lines.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { untilHealthy, untilSettled, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { runBoth, type Shown } from './side-by-side/compare.ts'

const TOOLS = ['ctdb', 'ctdbts'] as const
type Tool = (typeof TOOLS)[number]

const IP = '10.99.1.132'

/** The real tool's usage has its own options and words; the command and what it takes are to be the same. */
function withoutUsage({ stdout, ...rest }: Shown): Shown {
  const [, commands] = stdout.split('\nCommands:\n')
  return { ...rest, stdout: stdout.startsWith('Usage: ') ? `usage of ${commands?.slice(0, 45).trimEnd()}` : stdout }
}

describeOnLab('the commands for addresses do what the real ones do', (lab) => {
  const words = (commandLines: readonly (readonly string[])[]) => commandLines.map((argv) => ({ argv, words: argv.join(' ') }))
  const same = (commandLines: readonly (readonly string[])[], limitMs = 30_000) =>
    it.concurrent.each(words(commandLines))('$words', { timeout: limitMs }, async ({ argv }) => {
      const { ctdb, ctdbts } = await runBoth(lab, 0, argv)
      expect(withoutUsage(ctdbts)).toEqual(withoutUsage(ctdb))
    })

  describe('when they only look', () => same(LOOKING))
  describe('when they are refused', () => same(REFUSED))
  describe('when they are refused five times', () => same(TRIED_IN_VAIN, 120_000))

  describe.each([
    [
      'stopped',
      'Stopped',
      (at: Lab) => at.must(0, 'ctdb', 'stop', '-n', '2'),
      (at: Lab) => at.must(0, 'ctdb', 'continue', '-n', '2'),
    ],
    ['gone', 'Disconnected|Unhealthy', async (at: Lab) => at.killDaemon(2), (at: Lab) => at.startDaemon(2)],
  ])('when node 2 is %s', (_, state, enter, leave) => {
    beforeAll(async () => {
      await enter(lab)
      await untilSettled(lab, ['OK', 'OK', state], [0, 1])
    })
    afterAll(async () => {
      await leave(lab)
      await untilHealthy(lab)
    })
    same(WITH_A_NODE_OUT)
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

    it('moves an address to where it is told, and at once', async () => {
      const from = Number(await ownerOf(0, IP))
      const to = (from + 1) % 3
      expect(await run(0, 'moveip', IP, String(to))).toEqual({ stdout: '', stderr: '', status: 0 })
      expect([await ownerOf(to, IP), await ownerOf(from, IP)]).toEqual([to, to])
      await untilHealthy(lab)
    })

    it('cannot move an address to a node that may not host it', { timeout: 120_000 }, async () => {
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

    it('adds an address to nodes, which then host it, and removes it again', { timeout: 90_000 }, async () => {
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

    it('takes a link for down, until the next look at it', async () => {
      expect(await run(0, 'setifacelink', 'eth2', 'down', '-n', '1')).toEqual({ stdout: '', stderr: '', status: 0 })
      expect(await run(0, 'setifacelink', 'eth2', 'up', '-n', '1')).toEqual({ stdout: '', stderr: '', status: 0 })
      await untilHealthy(lab)
    })

    it('announces an address', async () => {
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

    it('shows IPv6 connections in brackets, however they were given', async () => {
      const six = 'fd00:99:1::131'
      expect(await run(0, 'addtickle', 'fd00::7:1000', `[${six}]:445`)).toEqual({ stdout: '', stderr: '', status: 0 })
      expect((await run(0, 'gettickles', six)).stdout).toContain(`SRC: [fd00::7]:1000   DST: [${six}]:445\n`)
      expect(await run(0, 'deltickle', '[fd00::7]:1000', `${six}:445`)).toEqual({ stdout: '', stderr: '', status: 0 })
    })
  })

  it('warns with -v when the next takeover run would move an address back, and is right', async () => {
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
    const foreseen = /will move \S+ to node (\d)/.exec(stderr)?.[1]
    await lab.must(0, 'ctdb', 'ipreallocate')
    const after = await viewOf(lab, 0)
    expect(typeof after === 'string' ? after : after.owners.get(ip)).toBe(foreseen === undefined ? to : Number(foreseen))
    await untilHealthy(lab)
  })

  it('lets takeover runs be enabled again when it is interrupted in the middle of a move', { timeout: 60_000 }, async () => {
    const view = await viewOf(lab, 0)
    const owner = typeof view === 'string' ? 0 : (view.owners.get(IP) ?? 0)
    const to = [1, 2].find((pnn) => pnn !== owner) ?? 1
    // Node 2's recovery daemon says nothing: the move waits for it.
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
    await sleep(500)
    for (const pnn of [0, 1]) expect(lab.lastLogLines(pnn)).toContain('Reenabling takeover runs')
    await untilHealthy(lab)
  })
})

async function shown(run: Promise<Shown>): Promise<Shown> {
  const { stdout, stderr, status } = await run
  return { stdout, stderr, status }
}

/** A tool with a text on its standard input. */
const fed = (lab: Lab, tool: Tool, text: string, argv: readonly string[]): Promise<Shown> => {
  const program = tool === 'ctdb' ? ['ctdb'] : lab.program
  return lab.exec(0, ['sh', '-c', `printf '%s' "$TEXT" | ${[...program, ...argv].join(' ')}`], { env: { TEXT: text } })
}
