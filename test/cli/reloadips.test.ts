import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogEntry } from '../../src/lib/log/entry.ts'
import { MemoryHost } from '../../src/lib/sim/memory-host.ts'
import { decode } from '../../src/transport/wire/codec.ts'
import { controls } from '../../src/transport/wire/controls.ts'
import { messages } from '../../src/transport/wire/messages.ts'
import type { Packet } from '../../src/transport/wire/packet.ts'
import { Gate } from '../support/gate.ts'
import { ctdbts, RUN_JS, type RunResult } from '../support/program.ts'
import { served } from '../support/served-cluster.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const ALL = [0, 1, 2]
const [FIRST, SECOND, THIRD] = ['172.16.146.131', '172.16.146.132', '172.16.146.133']
const NEW = '172.16.146.140'

/** A cluster behind SSH servers, what its recovery daemons do with takeover runs, and a way to ask what the daemons know. */
async function cluster() {
  /** The last word of each node: `Disabling`, `Reenabling`. */
  const runs = new Map<number, string>()
  let disabledOnce = false
  const log = ({ pnn, text }: LogEntry) => {
    const word = /^(Disabling|Reenabling) takeover runs/.exec(text)?.[1]
    if (word !== undefined) runs.set(pnn, word)
    disabledOnce ||= word === 'Disabling'
  }
  const made = await served({ log })
  const { server, run } = made
  const host = ['--host', 'root@node0']
  // What was while it came up does not count.
  disabledOnce = false
  return {
    ...made,
    reloadips: (...argv: string[]): Promise<RunResult> => run('reloadips', ...argv, ...host),
    /** The addresses that a node's daemon knows. */
    known: (pnn: number): string[] => {
      const addresses = server.cluster.world.nodes[pnn]?.daemon?.publicIps.known() ?? []
      return addresses.map(({ address }) => address.address).toSorted()
    },
    ownerOf: (address: string): number | undefined =>
      ALL.find((pnn) => {
        const host = server.cluster.world.nodes[pnn]?.host
        return host instanceof MemoryHost && host.held.some((held) => held.address === address)
      }),
    /** A node says nothing more, and the others do not notice. */
    hang: (pnn: number) => {
      for (const { daemon } of server.cluster.world.nodes) daemon?.tunables.set('KeepaliveLimit', 600)
      server.cluster.carryOut(`hang ${pnn}`)
    },
    /** That takeover runs were disabled, and have been enabled on all nodes. */
    expectEnabled: async (pnns: readonly number[] = ALL) => {
      expect(disabledOnce).toBe(true)
      await expect.poll(() => pnns.map((pnn) => runs.get(pnn))).toEqual(pnns.map(() => 'Reenabling'))
    },
    wasDisabled: () => disabledOnce,
  }
}

const line = (address: string, mask = 24) => `${address}/${mask} bond0\n`
const without = (address: string) => (text: string) =>
  text
    .split('\n')
    .filter((each) => !each.startsWith(`${address}/`))
    .join('\n')

describe('reloadips --dry-run', () => {
  it('finds nothing to change where the files say what the daemons know', async () => {
    const { reloadips } = await cluster()
    expect(await reloadips('--dry-run', 'all')).toMatchObject({
      stdout: 'Nodes 0, 1 and 2: the file lists what CTDB knows (3 addresses)\nThe takeover run after it moves nothing.\n',
      stderr: '',
      status: 0,
    })
  })

  it('takes the local node alone without a word', async () => {
    const { reloadips } = await cluster()
    expect((await reloadips('--dry-run')).stdout).toMatch(/^Node 0: the file lists what CTDB knows/)
  })

  it('shows which addresses come and go, what is ignored, and what moves; and changes nothing', async () => {
    const { reloadips, edit, known, ownerOf, wasDisabled } = await cluster()
    const before = ownerOf(FIRST)
    edit(ALL, (text) => without(FIRST)(text.replace(`${SECOND}/24`, `${SECOND}/26`)) + line(NEW))
    edit([2], (text) => text.replace(`${THIRD}/24 bond0`, `${THIRD}/24 bond0,eth0`))
    const { stdout, stderr, status } = await reloadips('--dry-run', 'all')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain(': 1 to come, 1 to go; 2 stay\n')
    expect(stdout).toContain(`  + ${NEW}/24 on bond0\n`)
    expect(stdout).toContain(`  - ${FIRST}\n`)
    expect(stdout).toContain(`  ! ${SECOND}: the file says /26; ignored, it stays /24\n`)
    expect(stdout).toContain(
      `  ! ${SECOND}: the file says /26, and it is up as /24; ignored, if this line was edited since it was loaded\n`,
    )
    expect(stdout).toContain('A reload compares addresses only. To apply another mask')
    expect(stdout).toContain('The takeover run after it:\n')
    expect(stdout).toMatch(new RegExp(`│ - │ ${FIRST} +│ ${before} +│ nobody │`))
    expect(stdout).toMatch(new RegExp(`│ \\+ │ ${NEW} +│ nobody │ \\d`))
    expect(known(0)).toEqual([FIRST, SECOND, THIRD])
    expect(wasDisabled()).toBe(false)
  })

  it.each([
    ['nonsense\n', '"nonsense" is not an IP address'],
    [line(FIRST) + line(FIRST), `line 2: ${FIRST} is in line 1 already`],
    [`${FIRST}/24 eth9\n`, `the node has no interface eth9, which the file names for ${FIRST}`],
  ])('foresees that a file will be rejected, and fails: %j', async (text, why) => {
    const { reloadips, edit } = await cluster()
    edit([1], () => text)
    const { stdout, status } = await reloadips('--dry-run', 'all')
    expect(status).toBe(1)
    expect(stdout).toContain('Node 1: CTDB will reject the file, and keep its 3 addresses\n  ! ')
    expect(stdout).toContain(why)
    expect(stdout).toContain('Nodes 0 and 2: the file lists what CTDB knows')
  })

  it('says that with an empty file every address goes', async () => {
    const { reloadips, edit } = await cluster()
    edit([1], () => '# nothing\n')
    expect((await reloadips('--dry-run', 'all')).stdout).toContain(
      `Node 1: the public addresses file lists nothing: all 3 addresses will go\n  - ${FIRST}\n`,
    )
  })

  it('says of a node that is down that it is left out, and of one that hangs that nothing can be done', async () => {
    const { reloadips, server, hang } = await cluster()
    server.cluster.carryOut('kill 1')
    await expect
      .poll(async () => (await reloadips('--dry-run', 'all')).stdout, { timeout: 20_000 })
      .toContain('Node 1: left out, as it is DISCONNECTED')
    hang(2)
    const { stdout } = await reloadips('--dry-run', 'all', '-t', '1')
    expect(stdout).toContain('Node 2: unknown what its file changes: the daemon of node 2 does not answer')
    expect(stdout).toContain('Warning: node 2 is connected and does not answer: as long as that is so')
  })

  it('gives all of it as JSON', async () => {
    const { reloadips, edit } = await cluster()
    edit([0], (text) => without(FIRST)(text) + line(NEW))
    const { stdout, status } = await reloadips('--dry-run', '0,1', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      preview: {
        nodes: [
          {
            pnn: 0,
            verdict: 'reloads',
            file: 'there',
            comes: [{ address: NEW, maskBits: 24, interfaces: ['bond0'] }],
            goes: [FIRST],
            stays: 2,
          },
          { pnn: 1, verdict: 'reloads', comes: [], goes: [], stays: 3 },
        ],
        plan: { changes: true, forceRebalance: [0] },
        isCertain: true,
        warnings: [],
      },
    })
  })
})

describe('reloadips --yes', () => {
  it('reloads, and says that all is as promised', async () => {
    const { reloadips, edit, known, ownerOf, expectEnabled } = await cluster()
    edit(ALL, (text) => without(FIRST)(text) + line(NEW))
    const { stdout, stderr, status } = await reloadips('all', '--yes', '-v')
    expect(stdout).toContain('Nodes 0, 1 and 2: CTDB knows what the file lists.\nThe outcome is the plan: 4 of 4 addresses.\n')
    expect(stderr).toContain('Takeover runs are disabled, for 20 s at most\n')
    expect(stderr).toContain('Reloaded their files: nodes 0, 1 and 2\nTakeover runs are enabled again\n')
    expect(status).toBe(0)
    expect(ALL.map(known)).toEqual(ALL.map(() => [SECOND, THIRD, NEW]))
    expect([ownerOf(FIRST), ownerOf(NEW)]).toEqual([undefined, expect.any(Number)])
    await expectEnabled()
  })

  it('fails when a node did not reload, names it with the reason, and does the rest', async () => {
    const { reloadips, edit, known, expectEnabled } = await cluster()
    edit([0, 2], (text) => text + line(NEW))
    edit([1], () => 'nonsense\n')
    const { stdout, stderr, status } = await reloadips('all', '--yes')
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(stdout).toContain(
      'Node 1: not reloaded: line 1: "nonsense" is not an IP address (RELOAD_PUBLIC_IPS failed on node 1 with status 1)\n' +
        'Nodes 0 and 2: CTDB knows what the file lists.\nThe outcome is the plan: 4 of 4 addresses.\n',
    )
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 3, 4])
    await expectEnabled()
  })

  it('moves away what is gone from one file only', async () => {
    const { reloadips, edit, known, ownerOf } = await cluster()
    const pnn = ownerOf(FIRST) ?? 0
    edit([pnn], () => '')
    const { stdout, status } = await reloadips('all', '--yes')
    expect(stdout).toMatch(/The outcome is the plan: 3 of 3 addresses\.\n$/)
    expect(status).toBe(0)
    expect(known(pnn)).toEqual([])
    expect(ownerOf(FIRST)).not.toBe(pnn)
  })

  it('gives preview, nodes and outcome as JSON', async () => {
    const { reloadips, edit } = await cluster()
    edit([1], () => 'nonsense\n')
    const { stdout, status } = await reloadips('all', '--yes', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      preview: { nodes: [{ pnn: 0 }, { pnn: 1, verdict: 'rejects' }, { pnn: 2 }] },
      nodes: [
        { pnn: 0, reloaded: true },
        { pnn: 1, reloaded: false, error: { code: 'CONTROL_FAILED' } },
        { pnn: 2, reloaded: true },
      ],
      takeoverRun: { done: true },
      outcome: {
        nodes: [
          { pnn: 0, state: 'as its file' },
          { pnn: 2, state: 'as its file' },
        ],
        moves: { asPlanned: true },
      },
    })
  })

  it('does nothing while a node hangs, and enables takeover runs again where they were disabled', async () => {
    const { reloadips, edit, hang, known, expectEnabled } = await cluster()
    edit(ALL, (text) => text + line(NEW))
    hang(2)
    const { stderr, status } = await reloadips('0,1', '--yes', '-t', '1')
    expect(status).toBe(62)
    expect(stderr).toContain(
      'ctdbts: takeover runs are enabled again; nothing was reloaded\n' +
        'ctdbts: takeover runs could not be disabled: no answer from node 2\n',
    )
    expect(known(0)).toHaveLength(3)
    await expectEnabled([0, 1])
  })

  it('goes on without a node that is down', async () => {
    const { reloadips, edit, server, known } = await cluster()
    server.cluster.carryOut('kill 2')
    await expect.poll(async () => (await reloadips('--dry-run', 'all')).stdout, { timeout: 20_000 }).toContain('Node 2: left out')
    edit(ALL, (text) => text + line(NEW))
    const { stdout, status } = await reloadips('all', '--yes')
    expect(stdout).toContain('Nodes 0 and 1: CTDB knows what the file lists.\n')
    expect(status, stdout).toBe(0)
    expect(known(1)).toHaveLength(4)
  })

  it('promises nothing of files that it cannot see, and says so', async () => {
    const { edit, server, env } = await cluster()
    edit([0], (text) => text + line(NEW))
    const { stdout, status } = await ctdbts(['reloadips', 'all', '--yes', '--socket', server.nodes[0]?.socketPath ?? ''], env)
    expect(stdout).toContain('Nodes 1 and 2: unknown what its file changes')
    expect(stdout).toContain('the addresses of nodes 0, 1 and 2 are assumed to stay as they are\n')
    expect(stdout).toContain('could not be promised, as not all files were seen.\n')
    expect(stdout).toMatch(/\nNot everything could be checked: the files of all nodes are seen with --host NODE\.\n$/)
    expect(status).toBe(0)
  })

  it.each([
    [['9'], 'ctdbts: Node 9 does not exist\n  see `ctdbts status` for those that do\n'],
    [['x'], 'ctdbts: Invalid node x\n  name nodes by their PNNs, as in 0,2; or all\n'],
    [
      ['0', '-n', '2'],
      'ctdbts: Node cannot be specified for command reloadips\n  leave out -n, or run the command on that node (--host)\n',
    ],
  ])('refuses %j', async (argv, stderr) => {
    const { reloadips } = await cluster()
    expect(await reloadips(...argv, '--yes')).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('asks for nothing when no node would reload', async () => {
    const { reloadips, server } = await cluster()
    server.cluster.carryOut('stop 1')
    await expect.poll(async () => (await reloadips('--dry-run', '1')).stdout, { timeout: 20_000 }).toContain('left out')
    const { stderr, status } = await reloadips('1', '--yes')
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
      status: 1,
      stderr: 'ctdbts: none of these nodes takes part in the cluster, so none reloads its file',
    })
  })

  it('wants --yes where there is no terminal to ask on', async () => {
    const { reloadips, wasDisabled } = await cluster()
    expect(await reloadips('--json')).toMatchObject({ status: 1, stdout: expect.stringContaining('"NOT_CONFIRMED"') })
    expect(wasDisabled()).toBe(false)
  })
})

describe('reloadips for scripts', () => {
  it('says nothing, as ctdb does, when the output is no terminal', async () => {
    const { reloadips, edit, known, expectEnabled } = await cluster()
    edit(ALL, (text) => text + line(NEW))
    expect(await reloadips()).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 3, 3])
    expect(await reloadips('1,2', '--compat')).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 4, 4])
    await expectEnabled()
  })

  it('succeeds, as ctdb does, though nodes have failed', async () => {
    const { reloadips, edit } = await cluster()
    edit([1], () => 'nonsense\n')
    expect(await reloadips('all')).toMatchObject({ stdout: '', stderr: 'Failed to reload IPs on some nodes.\n', status: 0 })
  })

  it('goes on, as ctdb does, though a node hangs', async () => {
    const { reloadips, edit, hang, known, expectEnabled } = await cluster()
    edit(ALL, (text) => text + line(NEW))
    hang(2)
    const { stdout, stderr, status } = await reloadips('all', '-t', '1', '-T', '6')
    expect({ stdout, stderr, status }).toEqual({
      stdout: '',
      stderr: `Failed to reload IPs on some nodes.
Maximum runtime exceeded - exiting
`,
      status: 1,
    })
    expect(known(1)).toHaveLength(4)
    await expectEnabled([0, 1])
  })

  it.each([
    [['x'], 'Invalid node x\n'],
    [['0,9'], 'Node 9 does not exist\n'],
    [[','], 'Memory allocation error\n'],
    [['-n', '1'], 'Node cannot be specified for command reloadips\n'],
    [['-n', '9'], 'Node 9 does not exist\n'],
  ])('has the words of ctdb for %j', async (argv, stderr) => {
    const { reloadips } = await cluster()
    expect(await reloadips(...argv)).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('shows its usage for too many words', async () => {
    const { stdout, status } = await ctdbts(['reloadips', '1', '2'])
    expect(stdout).toContain('  reloadips       [all|<pnn-list>]             reload the public addresses file\n')
    expect(status).toBe(1)
  })

  it('refuses --compat together with what it has not', async () => {
    expect(await ctdbts(['reloadips', '--compat', '--dry-run'])).toMatchObject({
      stdout: '',
      stderr: 'ctdbts: reloadips: --dry-run and --compat exclude each other\n  see `ctdbts reloadips --help`\n',
      status: 1,
    })
  })

  it.each(['-X', '-Y'])('takes %s as ctdb does, and refuses it where there is a preview', async (option) => {
    const { reloadips } = await cluster()
    expect(await reloadips(option)).toMatchObject({ stdout: '', stderr: '', status: 0 })
    for (const form of ['--dry-run', '--yes']) {
      const { stdout, stderr, status } = await reloadips(option, form)
      expect({ stdout, stderr, status }).toEqual({
        stdout: '',
        stderr: 'ctdbts: reloadips has no output with separators\n  use --json\n',
        status: 1,
      })
    }
  })

  it('stays so with --table, for which there is no table', async () => {
    const { reloadips } = await cluster()
    expect(await reloadips('--table')).toMatchObject({ stdout: '', stderr: '', status: 0 })
  })
})

const isControl =
  (opcode: number) =>
  (packet: Packet): boolean =>
    packet.kind === 'control' && packet.opcode === opcode
/** Node 0 has been told already. */
const isDisabling = (packet: Packet): boolean =>
  packet.kind === 'message' &&
  packet.srvid === messages.disableTakeoverRuns.srvid &&
  packet.header.destination === 1 &&
  decode(messages.disableTakeoverRuns.data, packet.data).timeoutSeconds > 0
const isRunRequest = (packet: Packet): boolean => packet.kind === 'message' && packet.srvid === messages.takeoverRun.srvid

/** `reloadips` through a gate, which shuts at a packet. */
async function begun(isIt: (packet: Packet) => boolean, ...argv: string[]) {
  const made = await cluster()
  const path = made.dir.file('gate')
  const gate = await Gate.open(path, made.server.nodes[0]?.socketPath ?? '')
  onTestFinished(() => gate[Symbol.asyncDispose]())
  const come = gate.shutAt(isIt)
  const child = execa(process.execPath, [RUN_JS, 'reloadips', 'all', '--socket', path, ...argv], {
    env: made.env,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  })
  await Promise.race([come, child])
  return { ...made, gate, child }
}

describe('reloadips, when its output goes nowhere', () => {
  it.each([
    ['--yes', '|'],
    ['--compat -v', '2>&1 |'],
  ])('does its work nevertheless, with %s', async (argv, pipe) => {
    const { edit, env, config, known, expectEnabled } = await cluster()
    edit(ALL, (text) => text + line(NEW))
    const command = `${process.execPath} ${RUN_JS} reloadips all ${argv} --host root@node0 ${config.join(' ')} ${pipe} true; exit $PIPESTATUS`
    expect(await execa('bash', ['-c', command], { env, reject: false, stdin: 'ignore' })).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
    await expectEnabled()
    for (const pnn of ALL) expect(known(pnn)).toContain(NEW)
  })

  it.each(['--yes', '--yes --json'])(
    'does its work though the disk is full, and says that in one line at the end: %s',
    async (argv) => {
      const { edit, env, config, known, expectEnabled } = await cluster()
      edit(ALL, (text) => text + line(NEW))
      const command = `${process.execPath} ${RUN_JS} reloadips all ${argv} --host root@node0 ${config.join(' ')} > /dev/full`
      expect(await execa('sh', ['-c', command], { env, reject: false, stdin: 'ignore' })).toMatchObject({
        exitCode: 1,
        stderr: 'ctdbts: cannot write the output: ENOSPC: no space left on device, write',
      })
      await expectEnabled()
      for (const pnn of ALL) expect(known(pnn)).toContain(NEW)
    },
  )
})

describe.each([
  { how: 'for people', argv: ['--yes'] },
  { how: 'for scripts', argv: ['--compat'] },
])('reloadips $how, when it is ended in between', ({ argv }) => {
  it.each([
    {
      phase: 'takeover runs are being disabled',
      isIt: isDisabling,
      said: /^ctdbts: takeover runs are enabled again; nothing was reloaded$/m,
    },
    {
      phase: 'the nodes reload',
      isIt: isControl(controls.reloadPublicIps.opcode),
      said: /^ctdbts: takeover runs are enabled again; which nodes have reloaded their files is not known; no takeover run was asked for/m,
    },
    {
      phase: 'the leader makes the takeover run',
      isIt: isRunRequest,
      said: /^ctdbts: takeover runs are enabled again; reloaded by nodes 0, 1 and 2; a takeover run was asked for, and is not known to be done$/m,
    },
  ])('by Ctrl-C while $phase, has takeover runs enabled, and says what was done', async ({ isIt, said }) => {
    const { child, gate, expectEnabled } = await begun(isIt, ...argv)
    child.kill('SIGINT')
    gate.unshut()
    const { stderr, exitCode } = await child
    expect(stderr).toMatch(said)
    expect(stderr).toMatch(/^ctdbts: interrupted \(SIGINT\)$/m)
    expect(exitCode).toBe(130)
    await expectEnabled()
  })

  it('by SIGTERM, and by -T', async () => {
    const isReload = isControl(controls.reloadPublicIps.opcode)
    const killed = await begun(isReload, ...argv)
    killed.child.kill('SIGTERM')
    killed.gate.unshut()
    expect((await killed.child).exitCode).toBe(143)
    await killed.expectEnabled()
    const limited = await begun(isReload, ...argv, '-T', '2')
    limited.gate.unshut()
    const { stderr, exitCode } = await limited.child
    // Who has set a limit in a script gets the real tool's line alone.
    const stands = 'which nodes have reloaded their files is not known'
    if (argv.includes('--yes')) expect(stderr).toContain(stands)
    else expect(stderr).not.toContain(stands)
    expect(stderr).toContain('Maximum runtime exceeded - exiting\n')
    expect(exitCode).toBe(1)
    await limited.expectEnabled()
  })

  it('by a lost connection, makes another to enable takeover runs', async () => {
    const { child, gate, expectEnabled } = await begun(isControl(controls.reloadPublicIps.opcode), ...argv)
    gate.unshut()
    gate.cut()
    const { stderr, exitCode } = await child
    expect(stderr).toContain('closed the connection')
    expect(stderr).not.toContain('stay disabled')
    expect(exitCode).toBe(1)
    await expectEnabled()
  })

  it('by a connection that is lost for good while takeover runs are being disabled, says that they may be', async () => {
    const { child, gate } = await begun(isDisabling, ...argv)
    await gate[Symbol.asyncDispose]()
    const { stderr, exitCode } = await child
    expect(stderr).toContain('takeover runs may stay disabled on nodes 0, 1, 2 until ')
    expect(stderr).not.toContain('enabled again')
    expect(exitCode).toBe(1)
  })

  it('by a connection that is lost for good, says until when takeover runs stay disabled', async () => {
    const { child, gate } = await begun(isControl(controls.reloadPublicIps.opcode), ...argv)
    await gate[Symbol.asyncDispose]()
    const { stderr, exitCode } = await child
    expect(stderr).toMatch(
      /takeover runs stay disabled on nodes 0, 1, 2 until (\S+ )?\d\d:\d\d:\d\d, when they come back by themselves/,
    )
    expect(exitCode).toBe(1)
  })
})

describe.skipIf(!hasTmux)('reloadips on a terminal', () => {
  const openReload = async () => {
    const made = await cluster()
    made.edit(ALL, (text) => text + line(NEW))
    const argv = [process.execPath, RUN_JS, 'reloadips', 'all', '--host', 'root@node0', ...made.config]
    const terminal = await openTerminal(argv.map((word) => `'${word}'`).join(' '), made.env)
    onTestFinished(() => terminal[Symbol.asyncDispose]())
    await terminal.shows('Reload the public addresses files, and ask for a takeover run? [y/N]')
    return { ...made, terminal }
  }

  it('shows one line of progress at a time, and none at the end, when the connection is lost', async () => {
    const made = await cluster()
    const path = made.dir.file('gate')
    const gate = await Gate.open(path, made.server.nodes[0]?.socketPath ?? '')
    onTestFinished(() => gate[Symbol.asyncDispose]())
    const come = gate.shutAt(isControl(controls.reloadPublicIps.opcode))
    const terminal = await openTerminal(`${process.execPath} ${RUN_JS} reloadips all --yes -t 4 --socket ${path}`, made.env)
    onTestFinished(() => terminal[Symbol.asyncDispose]())
    await come
    await terminal.shows('Reloading: 1 s')
    // Enabling takes longer than a line needs to be drawn again.
    made.hang(1)
    gate.unshut()
    gate.cut()
    await terminal.shows('Connecting again to enable takeover runs: 2 s')
    expect(await terminal.shows(/status 62|status 1/)).not.toMatch(/Reloading:|Connecting again|^ +status/m)
  })

  it('shows what will change, asks, and does it', async () => {
    const { terminal, known } = await openReload()
    expect(await terminal.shows(`+ ${NEW}/24 on bond0`)).toContain('Nodes 0, 1 and 2: 1 to come, 0 to go; 3 stay')
    await terminal.press('y', 'Enter')
    await terminal.shows('The outcome is the plan: 4 of 4 addresses.\nstatus 0')
    expect(known(2)).toHaveLength(4)
  })

  it.each([
    ['n', 'Enter', 'nothing was done'],
    ['C-c', 'C-c', 'status 130'],
  ])('does nothing when it is told %s', async (first, second, shown) => {
    const { terminal, known, wasDisabled } = await openReload()
    await terminal.press(first)
    if (second === 'Enter') await terminal.press(second)
    await terminal.shows(shown)
    expect([known(0).length, wasDisabled()]).toEqual([3, false])
  })
})
