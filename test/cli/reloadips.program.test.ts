import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { decode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import type { Packet } from '../../src/lib/wire/packet.ts'
import { Gate } from '../support/gate.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { ALL, FIRST, isControl, line, NEW, reloadCluster, SECOND, THIRD, without } from '../support/reload-cluster.ts'
import { serve } from '../support/served-cluster.ts'

describe('reloadips --dry-run', () => {
  // It changes nothing, so one cluster does for all tests that leave its nodes alone.
  let shared: Awaited<ReturnType<typeof reloadCluster>>
  let files: string
  beforeAll(async () => {
    shared = await reloadCluster(serve)
    shared.edit([0], (text) => {
      files = text
      return text
    })
  })
  afterEach(() => shared.edit(ALL, () => files))
  afterAll(() => shared[Symbol.asyncDispose]())

  it('finds nothing to change if the files list what the daemons know', async () => {
    const { reloadips } = shared
    expect(await reloadips('--dry-run', 'all')).toMatchObject({
      stdout: 'Nodes 0, 1 and 2: the file lists what CTDB knows (3 addresses)\nThe takeover run after it moves nothing.\n',
      stderr: '',
      status: 0,
    })
  })

  it('uses only the local node without an argument', async () => {
    const { reloadips } = shared
    expect((await reloadips('--dry-run')).stdout).toMatch(/^Node 0: the file lists what CTDB knows/)
  })

  it('shows which addresses are added and removed, what is ignored, and what moves; and changes nothing', async () => {
    const { reloadips, edit, known, ownerOf, wasDisabled } = shared
    const before = ownerOf(FIRST)
    edit(ALL, (text) => without(FIRST)(text.replace(`${SECOND}/24`, `${SECOND}/26`)) + line(NEW))
    edit([2], (text) => text.replace(`${THIRD}/24 bond0`, `${THIRD}/24 bond0,eth0`))
    const { stdout, stderr, status } = await reloadips('--dry-run', 'all')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toContain(': 1 to add, 1 to remove; 2 stay\n')
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
    [line(FIRST) + line(FIRST), `line 2: ${FIRST} is already in line 1`],
    [`${FIRST}/24 eth9\n`, `the node has no interface eth9, which the file names for ${FIRST}`],
  ])('predicts that a file will be rejected, and fails: %j', async (text, why) => {
    const { reloadips, edit } = shared
    edit([1], () => text)
    const { stdout, status } = await reloadips('--dry-run', 'all')
    expect(status).toBe(1)
    expect(stdout).toContain('Node 1: CTDB will reject the file, and keep its 3 addresses\n  ! ')
    expect(stdout).toContain(why)
    expect(stdout).toContain('Nodes 0 and 2: the file lists what CTDB knows')
  })

  it('reports that an empty file removes every address', async () => {
    const { reloadips, edit } = shared
    edit([1], () => '# nothing\n')
    expect((await reloadips('--dry-run', 'all')).stdout).toContain(
      `Node 1: the public addresses file lists nothing: all 3 addresses will be removed\n  - ${FIRST}\n`,
    )
  })

  it('leaves out a node that is down, and reports one that hangs as unknown', async () => {
    const { reloadips, server, hang } = await reloadCluster()
    server.cluster.carryOut('kill 1')
    await expect
      .poll(async () => (await reloadips('--dry-run', 'all')).stdout, { timeout: 20_000 })
      .toContain('Node 1: left out, as it is DISCONNECTED')
    hang(2)
    const { stdout } = await reloadips('--dry-run', 'all', '-t', '1')
    expect(stdout).toContain('Node 2: cannot tell what its file changes: the daemon of node 2 does not answer')
    expect(stdout).toContain('Warning: node 2 is connected but does not answer: until it does')
  })

  it('prints everything as JSON', async () => {
    const { reloadips, edit } = shared
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
  it('reloads, and reports that the result matches the plan', async () => {
    const { reloadips, edit, known, ownerOf, expectEnabled } = await reloadCluster()
    edit(ALL, (text) => without(FIRST)(text) + line(NEW))
    const { stdout, stderr, status } = await reloadips('all', '--yes', '-v')
    expect(stdout).toContain(
      'Nodes 0, 1 and 2: CTDB knows what the file lists.\nThe result matches the plan: 4 of 4 addresses.\n',
    )
    expect(stderr).toContain('Takeover runs are disabled for at most 20 s\n')
    expect(stderr).toContain('Reloaded by: nodes 0, 1 and 2\nTakeover runs are enabled again\n')
    expect(status).toBe(0)
    expect(ALL.map(known)).toEqual(ALL.map(() => [SECOND, THIRD, NEW]))
    expect([ownerOf(FIRST), ownerOf(NEW)]).toEqual([undefined, expect.any(Number)])
    await expectEnabled()
  })

  it('fails when a node did not reload, reports it with the reason, and does the rest', async () => {
    const { reloadips, edit, known, expectEnabled } = await reloadCluster()
    edit([0, 2], (text) => text + line(NEW))
    edit([1], () => 'nonsense\n')
    const { stdout, stderr, status } = await reloadips('all', '--yes')
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(stdout).toContain(
      'Node 1: not reloaded: line 1: "nonsense" is not an IP address (RELOAD_PUBLIC_IPS failed on node 1 with status 1)\n' +
        'Nodes 0 and 2: CTDB knows what the file lists.\nThe result matches the plan: 4 of 4 addresses.\n',
    )
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 3, 4])
    await expectEnabled()
  })

  it('moves an address that is gone from only one file', async () => {
    const { reloadips, edit, known, ownerOf } = await reloadCluster()
    const pnn = ownerOf(FIRST) ?? 0
    edit([pnn], () => '')
    const { stdout, status } = await reloadips('all', '--yes')
    expect(stdout).toMatch(/The result matches the plan: 3 of 3 addresses\.\n$/)
    expect(status).toBe(0)
    expect(known(pnn)).toEqual([])
    expect(ownerOf(FIRST)).not.toBe(pnn)
  })

  it('prints preview, nodes and outcome as JSON', async () => {
    const { reloadips, edit } = await reloadCluster()
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
    const { reloadips, edit, hang, known, expectEnabled } = await reloadCluster()
    edit(ALL, (text) => text + line(NEW))
    hang(2)
    const { stderr, status } = await reloadips('0,1', '--yes', '-t', '1')
    expect(status).toBe(62)
    expect(stderr).toContain(
      'ctdbts: takeover runs are enabled again; nothing was reloaded\n' +
        'ctdbts: cannot disable takeover runs: no answer from node 2\n',
    )
    expect(known(0)).toHaveLength(3)
    await expectEnabled([0, 1])
  })

  it('continues without a node that is down', async () => {
    const { reloadips, edit, server, known } = await reloadCluster()
    server.cluster.carryOut('kill 2')
    await expect.poll(async () => (await reloadips('--dry-run', 'all')).stdout, { timeout: 20_000 }).toContain('Node 2: left out')
    edit(ALL, (text) => text + line(NEW))
    const { stdout, status } = await reloadips('all', '--yes')
    expect(stdout).toContain('Nodes 0 and 1: CTDB knows what the file lists.\n')
    expect(status, stdout).toBe(0)
    expect(known(1)).toHaveLength(4)
  })

  it('plans nothing for files that it cannot read, and reports that', async () => {
    const { edit, server, env } = await reloadCluster()
    edit([0], (text) => text + line(NEW))
    const { stdout, status } = await ctdbts(['reloadips', 'all', '--yes', '--socket', server.nodes[0]?.socketPath ?? ''], env)
    expect(stdout).toContain('Nodes 1 and 2: cannot tell what its file changes')
    expect(stdout).toContain('the addresses of nodes 0, 1 and 2 are assumed to stay as they are\n')
    expect(stdout).toContain('The takeover run could not be planned, as not all files could be read.\n')
    expect(stdout).toMatch(/\nNot everything could be checked: use --host NODE to read the files of all nodes\.\n$/)
    expect(status).toBe(0)
  })

  it.each([
    [['9'], 'ctdbts: Node 9 does not exist\n  see `ctdbts status` for those that do\n'],
    [['x'], 'ctdbts: Invalid node x\n  name nodes by their PNNs, as in 0,2; or all\n'],
    [
      ['0', '-n', '2'],
      'ctdbts: Node cannot be specified for command reloadips\n  leave out -n, or run the command on that node with --host\n',
    ],
  ])('refuses %j', async (argv, stderr) => {
    const { reloadips } = await reloadCluster()
    expect(await reloadips(...argv, '--yes')).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('does not ask for confirmation when no node would reload', async () => {
    const { reloadips, server } = await reloadCluster()
    server.cluster.carryOut('stop 1')
    await expect.poll(async () => (await reloadips('--dry-run', '1')).stdout, { timeout: 20_000 }).toContain('left out')
    const { stderr, status } = await reloadips('1', '--yes')
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
      status: 1,
      stderr: 'ctdbts: none of these nodes is active, so none reloads its file',
    })
  })

  it('needs --yes without a terminal', async () => {
    const { reloadips, wasDisabled } = await reloadCluster()
    expect(await reloadips('--json')).toMatchObject({ status: 1, stdout: expect.stringContaining('"NOT_CONFIRMED"') })
    expect(wasDisabled()).toBe(false)
  })
})

describe('reloadips for scripts', () => {
  it('prints nothing, as ctdb does, when the output is not a terminal', async () => {
    const { reloadips, edit, known, expectEnabled } = await reloadCluster()
    edit(ALL, (text) => text + line(NEW))
    expect(await reloadips()).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 3, 3])
    expect(await reloadips('1,2', '--compat')).toMatchObject({ stdout: '', stderr: '', status: 0 })
    expect(ALL.map((pnn) => known(pnn).length)).toEqual([4, 4, 4])
    await expectEnabled()
  })

  it('succeeds, as ctdb does, though nodes have failed', async () => {
    const { reloadips, edit } = await reloadCluster()
    edit([1], () => 'nonsense\n')
    expect(await reloadips('all')).toMatchObject({ stdout: '', stderr: 'Failed to reload IPs on some nodes.\n', status: 0 })
  })

  it('continues, as ctdb does, though a node hangs', async () => {
    const { reloadips, edit, hang, known, expectEnabled } = await reloadCluster()
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
    const { reloadips } = await reloadCluster()
    expect(await reloadips(...argv)).toMatchObject({ stdout: '', stderr, status: 1 })
  })

  it('shows its usage for too many arguments', async () => {
    const { stdout, status } = await ctdbts(['reloadips', '1', '2'])
    expect(stdout).toContain('  reloadips       [all|<pnn-list>]             reload the public addresses file\n')
    expect(status).toBe(1)
  })

  it('refuses --compat together with options of the preview', async () => {
    expect(await ctdbts(['reloadips', '--compat', '--dry-run'])).toMatchObject({
      stdout: '',
      stderr: 'ctdbts: reloadips: --dry-run and --compat exclude each other\n  see `ctdbts reloadips --help`\n',
      status: 1,
    })
  })

  it.each(['-X', '-Y'])('accepts %s as ctdb does, and refuses it with a preview', async (option) => {
    const { reloadips } = await reloadCluster()
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

  it('stays the same with --table, for which there is no table', async () => {
    const { reloadips } = await reloadCluster()
    expect(await reloadips('--table')).toMatchObject({ stdout: '', stderr: '', status: 0 })
  })
})

/** Node 0 has been told already. */
const isDisabling = (packet: Packet): boolean =>
  packet.kind === 'message' &&
  packet.srvid === messages.disableTakeoverRuns.srvid &&
  packet.header.destination === 1 &&
  decode(messages.disableTakeoverRuns.data, packet.data).timeoutSeconds > 0
const isRunRequest = (packet: Packet): boolean => packet.kind === 'message' && packet.srvid === messages.takeoverRun.srvid

/** `reloadips` through a gate, which shuts at a packet. */
async function begun(isIt: (packet: Packet) => boolean, ...argv: string[]) {
  const made = await reloadCluster()
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
  const hasCome = await Promise.race([come.then(() => true), child.then(() => false)])
  return { ...made, gate, child, hasCome }
}

/** `reloadips` with the shortest time limit (`-T`) within which this machine, which may be busy, gets to a packet. */
async function limitedAt(isIt: (packet: Packet) => boolean, ...argv: string[]) {
  for (const seconds of ['2', '4', '8']) {
    const limited = await begun(isIt, ...argv, '-T', seconds)
    if (limited.hasCome) return limited
  }
  return begun(isIt, ...argv, '-T', '16')
}

describe('reloadips, when nobody reads its output', () => {
  it.each([
    ['--yes', '|'],
    ['--compat -v', '2>&1 |'],
  ])('does its work all the same, with %s', async (argv, pipe) => {
    const { edit, env, config, known, expectEnabled } = await reloadCluster()
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
      const { edit, env, config, known, expectEnabled } = await reloadCluster()
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
])('reloadips $how, when it is interrupted', ({ argv }) => {
  it.each([
    {
      phase: 'takeover runs are being disabled',
      isIt: isDisabling,
      said: /^ctdbts: takeover runs are enabled again; nothing was reloaded$/m,
    },
    {
      phase: 'the nodes reload',
      isIt: isControl(controls.reloadPublicIps.opcode),
      said: /^ctdbts: takeover runs are enabled again; it is not known which nodes have reloaded their files; no takeover run was asked for/m,
    },
    {
      phase: 'the leader makes the takeover run',
      isIt: isRunRequest,
      said: /^ctdbts: takeover runs are enabled again; reloaded by nodes 0, 1 and 2; a takeover run was asked for, but may not have been done$/m,
    },
  ])('by Ctrl-C while $phase, enables takeover runs, and reports what was done', async ({ isIt, said }) => {
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
    const limited = await limitedAt(isReload, ...argv)
    limited.gate.unshut()
    const { stderr, exitCode } = await limited.child
    // Who has set a limit in a script gets the real tool's line alone.
    const stands = 'it is not known which nodes have reloaded their files'
    if (argv.includes('--yes')) expect(stderr).toContain(stands)
    else expect(stderr).not.toContain(stands)
    expect(stderr).toContain('Maximum runtime exceeded - exiting\n')
    expect(exitCode).toBe(1)
    await limited.expectEnabled()
  })

  it('by a lost connection, connects again to enable takeover runs', async () => {
    const { child, gate, expectEnabled } = await begun(isControl(controls.reloadPublicIps.opcode), ...argv)
    gate.unshut()
    gate.cut()
    const { stderr, exitCode } = await child
    expect(stderr).toContain('closed the connection')
    expect(stderr).not.toContain('stay disabled')
    expect(exitCode).toBe(1)
    await expectEnabled()
  })

  it('by a connection that is lost for good while takeover runs are being disabled, reports that they may be disabled', async () => {
    const { child, gate } = await begun(isDisabling, ...argv)
    await gate[Symbol.asyncDispose]()
    const { stderr, exitCode } = await child
    expect(stderr).toContain('takeover runs may stay disabled on nodes 0, 1 and 2 until ')
    expect(stderr).not.toContain('enabled again')
    expect(exitCode).toBe(1)
  })

  it('by a connection that is lost for good, reports until when takeover runs stay disabled', async () => {
    const { child, gate } = await begun(isControl(controls.reloadPublicIps.opcode), ...argv)
    await gate[Symbol.asyncDispose]()
    const { stderr, exitCode } = await child
    expect(stderr).toMatch(
      /takeover runs stay disabled on nodes 0, 1 and 2 until (\S+ )?\d\d:\d\d:\d\d, when they resume by themselves/,
    )
    expect(exitCode).toBe(1)
  })
})
