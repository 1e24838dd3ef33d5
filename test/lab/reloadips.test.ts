import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { LOAD_ANEW } from '../../src/lib/audit/load-anew.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import type { Packet } from '../../src/lib/wire/packet.ts'
import { Gate } from '../support/gate.ts'
import type { RunResult } from '../support/program.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { untilHealthy, untilSettled, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { withoutRetries } from './mirror/run-story.ts'
import { shown } from './side-by-side/compare.ts'

const ALL = [0, 1, 2]
const NEW = '10.99.1.150'
const OLD = '10.99.1.131'
const NEW_LINE = `${NEW}/24 eth1\n`

const without = (address: string) => (text: string) => text.replace(new RegExp(`^${address}/.*\n`, 'm'), '')

describeOnLab('reloadips', (lab) => {
  const file = (pnn: number) => lab.path(pnn, 'etc/public_addresses')
  const texts = new Map<number, string>()
  const edit = (pnns: readonly number[], change: (text: string) => string) => {
    for (const pnn of pnns) writeFileSync(file(pnn), change(readFileSync(file(pnn), 'utf8')))
  }
  /** Runs `reloadips` over SSH, where it sees the files of all nodes. */
  const reloadips = async (...argv: string[]): Promise<RunResult> =>
    await lab.ctdbts(0, 'reloadips', ...labSsh(lab).flags, '--host', '10.99.0.1', ...argv)
  const known = async (pnn: number): Promise<string[]> => {
    const view = await viewOf(lab, pnn)
    if (typeof view === 'string') throw new Error(view)
    return [...view.owners.keys()]
  }
  const ownerOf = async (address: string): Promise<number> => {
    const view = await viewOf(lab, 0)
    return (typeof view === 'string' ? undefined : view.owners.get(address)) ?? -1
  }
  const held = async (pnn: number, address: string): Promise<string> =>
    (await lab.must(pnn, 'ip', '-o', 'addr', 'show', 'to', address)).split(/\s+/).slice(1, 4).join(' ')

  /** Recovery daemons put back a lost address only while takeover runs are enabled. */
  const expectEnabled = async () => {
    const owner = await ownerOf(OLD)
    await lab.must(owner, 'ip', 'addr', 'del', `${OLD}/24`, 'dev', 'eth1')
    const isBack = async () => ((await held(await ownerOf(OLD), OLD)) === '' ? `${OLD} is not back` : undefined)
    await waitUntil('takeover runs are enabled', isBack, 12_000)
  }

  beforeAll(() => {
    for (const pnn of ALL) texts.set(pnn, readFileSync(file(pnn), 'utf8'))
  })
  /** Undoes changes of a test, before anything else is restored. */
  const undo: (() => unknown)[] = []
  const isEdited = () => [...texts].some(([pnn, text]) => !existsSync(file(pnn)) || readFileSync(file(pnn), 'utf8') !== text)
  afterEach(async () => {
    for (const action of undo.splice(0)) await action()
    if (isEdited()) await restoreFiles()
    await untilHealthy(lab)
  }, 180_000)

  async function restoreFiles(): Promise<void> {
    for (const [pnn, text] of texts) writeFileSync(file(pnn), text)
    // The first reload does not add addresses that are still being deleted. It fails in the middle of a takeover run.
    for (const time of ['first', 'second']) {
      await waitUntil(`the files are reloaded for the ${time} time`, async () => {
        const { status, stderr } = await lab.ctdb(0, 'reloadips', 'all')
        return status === 0 ? undefined : stderr
      })
    }
  }

  it('adds and removes addresses as the dry run said', async () => {
    edit(ALL, (text) => `${without(OLD)(text)}${NEW_LINE}`)
    const { stdout: shown, status: dryStatus } = await reloadips('all', '--dry-run')
    expect(dryStatus).toBe(0)
    expect(shown).toContain(`Nodes 0, 1 and 2: 1 to add, 1 to remove; 5 stay\n  + ${NEW}/24 on eth1\n  - ${OLD}\n`)
    expect(await known(0)).toContain(OLD)
    const { stdout, stderr, status } = await reloadips('all', '--yes', '--json')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: ALL.map((pnn) => ({ pnn, reloaded: true })),
      takeoverRun: { done: true },
      outcome: { nodes: ALL.map((pnn) => ({ pnn, state: 'as its file' })), moves: { asPlanned: true, differences: [] } },
    })
    for (const pnn of ALL) {
      expect(await known(pnn)).toContain(NEW)
      expect(await known(pnn)).not.toContain(OLD)
      expect(await held(pnn, OLD)).toBe('')
    }
    expect(await held(await ownerOf(NEW), NEW)).toBe(`eth1 inet ${NEW}/24`)
  })

  it('warns that CTDB will ignore a changed mask and a changed interface, which it does', async () => {
    const owner = await ownerOf(OLD)
    edit(ALL, (text) => text.replace(`${OLD}/24`, `${OLD}/26`))
    edit([1], (text) => text.replace(/^10\.99\.1\.132\/24 eth1$/m, '10.99.1.132/24 eth2'))
    const { stdout, status } = await reloadips('all', '--yes')
    expect(status, stdout).toBe(0)
    expect(stdout).toContain(`  ! ${OLD}: the file says /26; ignored, it stays /24\n`)
    expect(stdout).toContain(`  ! ${OLD}: the file says /26, and it is up as /24; ignored, if this line was edited since`)
    expect(stdout).toContain('  ! 10.99.1.132: the file says eth2; ignored, it stays eth1\n')
    expect(stdout).toContain('The takeover run after it moves nothing.\n')
    expect(await held(owner, OLD)).toBe(`eth1 inet ${OLD}/24`)
    expect(await lab.must(1, 'ctdb', '-X', '-v', 'ip')).toMatch(/^\|10\.99\.1\.132\|.*\|eth1\|$/m)
  })

  it('leaves a changed mask to the commands that `verify` names, in their order', async () => {
    edit(ALL, (text) => text.replace(`${OLD}/24`, `${OLD}/26`))
    expect(LOAD_ANEW).toMatch(/`ctdb delip .*`ctdb ipreallocate`.*`ctdb addip .*`ctdb ipreallocate`/)
    for (const pnn of ALL) {
      await lab.must(pnn, 'ctdb', 'delip', OLD)
      await lab.must(pnn, 'ctdb', 'ipreallocate')
      expect(await known(pnn)).not.toContain(OLD)
      await lab.must(pnn, 'ctdb', 'addip', `${OLD}/26`, 'eth1')
      await lab.must(pnn, 'ctdb', 'ipreallocate')
      expect(await known(pnn)).toContain(OLD)
    }
    expect(await held(await ownerOf(OLD), OLD)).toBe(`eth1 inet ${OLD}/26`)
    for (const pnn of ALL) {
      await lab.must(pnn, 'ctdb', 'delip', OLD)
      await lab.must(pnn, 'ctdb', 'ipreallocate')
    }
  })

  it('without a run in between, addip succeeds and changes nothing, and the node loses the address', async () => {
    const owner = await ownerOf(OLD)
    await lab.must(owner, 'ctdb', 'delip', OLD)
    expect(await lab.ctdb(owner, 'addip', `${OLD}/26`, 'eth1')).toMatchObject({ status: 0 })
    await lab.must(owner, 'ctdb', 'ipreallocate')
    expect(await known(owner)).not.toContain(OLD)
    undo.push(async () => void (await lab.must(owner, 'ctdb', 'reloadips')))
  })

  it.each([
    [
      'an invalid line',
      'nonsense\n',
      /^Node 1: not reloaded: line 1: "nonsense" is not an IP address \(RELOAD_PUBLIC_IPS failed/m,
    ],
    [
      'the same address twice',
      `${NEW_LINE}${NEW_LINE}`,
      /^Node 1: not reloaded: line 2: .* is already in line 1 \(RELOAD_PUBLIC_IPS failed/m,
    ],
    [
      'an interface that the node lacks',
      `${NEW}/24 eth9\n`,
      /^Node 1: not reloaded: the node has no interface eth9, .* \(RELOAD_PUBLIC_IPS/m,
    ],
  ])('predicts that CTDB rejects a file with %s, which it does', async (_what, text, reported) => {
    edit([1], () => text)
    edit([0, 2], (before) => `${before}${NEW_LINE}`)
    expect((await reloadips('all', '--dry-run')).status).toBe(1)
    const before = await known(1)
    const { stdout, status } = await reloadips('all', '--yes')
    expect(status).toBe(1)
    expect(stdout).toContain('Node 1: CTDB will reject the file, and keep its 6 addresses\n')
    expect(stdout).toMatch(reported)
    expect(stdout).toContain('Nodes 0 and 2: CTDB knows what the file lists.\nThe result matches the plan: 7 of 7 addresses.\n')
    expect(await known(1)).toEqual(before)
    expect(await known(2)).toContain(NEW)
    const { stdout: silence, stderr, status: ofCtdb } = await lab.ctdbts(0, 'reloadips', 'all')
    expect({ silence, stderr, ofCtdb }).toEqual({ silence: '', stderr: 'Failed to reload IPs on some nodes.\n', ofCtdb: 0 })
    expect(await lab.ctdb(0, 'reloadips', 'all')).toMatchObject({ stdout: silence, stderr, status: ofCtdb })
  })

  describe('while nodes are not banned', () => {
    // The failed takeover run is repeated every second. On a busy machine the node would be banned before its file is back.
    beforeAll(async () => {
      await lab.setTunable('EnableBans', 0)
      return () => lab.setTunable('EnableBans', 1)
    })

    it('predicts that a missing file makes the takeover run fail, which it does', async () => {
      renameSync(file(1), `${file(1)}.away`)
      const { stdout, status } = await reloadips('1', '--yes')
      expect(stdout).toContain('Node 1: there is no public addresses file: all 6 addresses will be removed\n  - 10.99.1.131\n')
      expect(stdout).toMatch(
        /^The takeover run would fail: node 1 has no public addresses file, without which 10\.interface releases nothing: /m,
      )
      expect(stdout).toContain('The takeover run: the leader reports that the takeover run failed (-1)\n')
      expect(stdout).toContain('Node 1: CTDB does not know what the file lists: it knows ')
      expect(status).toBe(1)
    })
  })

  it('predicts that an empty file removes all addresses, which it does', async () => {
    edit([1], () => '')
    const { stdout, status } = await reloadips('1', '--yes')
    expect(stdout).toContain(
      'Node 1: the public addresses file lists nothing: all 6 addresses will be removed\n  - 10.99.1.131\n',
    )
    expect(stdout).toContain('Node 1: CTDB knows what the file lists.\nThe result matches the plan: 6 of 6 addresses.\n')
    expect(status).toBe(0)
    expect(await known(1)).toEqual([])
    expect(await held(1, '10.99.1.0/24')).not.toMatch(/10\.99\.1\.13\d/)
  })

  it('skips a node that is down', async () => {
    lab.killDaemon(2)
    undo.push(() => lab.startDaemon(2))
    await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
    await lab.must(0, 'ctdb', 'ipreallocate')
    edit(ALL, (text) => `${text}${NEW_LINE}`)
    const { stdout, status } = await reloadips('all', '--yes')
    expect(stdout).toContain('Node 2: left out, as it is DISCONNECTED|UNHEALTHY|INACTIVE\n')
    expect(stdout).toContain('Nodes 0 and 1: CTDB knows what the file lists.\n')
    expect(status, stdout).toBe(0)
    await expectEnabled()
  })

  describe('while a node hangs', () => {
    beforeAll(async () => {
      await lab.noticeSilence(false)
      return () => lab.noticeSilence(true)
    })

    it('changes nothing, says why, and enables takeover runs again', { timeout: 180_000 }, async () => {
      edit(ALL, (text) => `${text}${NEW_LINE}`)
      lab.signal(2, 'ctdbd', 'SIGSTOP')
      undo.push(() => lab.signal(2, 'ctdbd', 'SIGCONT'))
      const ran = await reloadips('all', '--yes', '-t', '2')
      const stillWithout = await known(0)
      const ours = await lab.ctdbts(0, 'reloadips', 'all', '-t', '2', '-T', '9')
      const theirs = await lab.ctdb(0, 'reloadips', 'all', '-t', '2', '-T', '9')
      lab.signal(2, 'ctdbd', 'SIGCONT')
      expect(ran.stdout).toContain('Warning: node 2 is connected but does not answer')
      expect(ran.stderr).toContain(
        'ctdbts: takeover runs are enabled again; nothing was reloaded\n' +
          'ctdbts: cannot disable takeover runs: no answer from node 2\n',
      )
      expect(ran.status).toBe(62)
      expect(stillWithout).not.toContain(NEW)
      // Neither tool reports that it could not disable takeover runs, and neither gets a reply to its request for one.
      expect({ ...ours, durationMs: 0 }).toEqual({ ...theirs, durationMs: 0 })
      await untilHealthy(lab)
      await expectEnabled()
    })

    it('stops at Ctrl-C before anything is changed', async () => {
      lab.signal(2, 'ctdbd', 'SIGSTOP')
      const [words, ...more] = [...lab.argv(0, [...lab.program, 'reloadips', 'all', '--yes'])]
      const child = execa(words ?? '', more, { reject: false, stdin: 'ignore' })
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      child.kill('SIGINT')
      const { stdout, stderr, signal } = await child
      lab.signal(2, 'ctdbd', 'SIGCONT')
      expect({ stdout, stderr, signal }).toEqual({ stdout: '', stderr: '', signal: 'SIGINT' })
      await expectEnabled()
    })
  })

  describe('when it is interrupted', () => {
    const isDisabling = ({ kind, header, ...packet }: Packet) =>
      kind === 'message' && 'srvid' in packet && packet.srvid === messages.disableTakeoverRuns.srvid && header.destination === 1
    const isReload = (packet: Packet) => packet.kind === 'control' && packet.opcode === controls.reloadPublicIps.opcode
    const isRun = (packet: Packet) => packet.kind === 'message' && packet.srvid === messages.takeoverRun.srvid

    /** Starts `reloadips` on node 0 through a gate, and waits until the gate has shut at a packet. */
    async function start(isIt: (packet: Packet) => boolean, ...argv: string[]) {
      const path = join(lab.directory, 'gate')
      const gate = await Gate.open(path, lab.socketPath(0))
      onTestFinished(() => gate[Symbol.asyncDispose]())
      const isShut = gate.shutAt(isIt)
      const [words, ...more] = lab.argv(0, [...lab.program, 'reloadips', 'all', '--socket', path, ...argv])
      const child = execa(words ?? '', more, { reject: false, stdin: 'ignore', stripFinalNewline: false })
      await Promise.race([isShut, child])
      return { gate, child }
    }

    it.each([
      { phase: 'takeover runs are being disabled', isIt: isDisabling, said: /enabled again; nothing was reloaded$/m },
      {
        phase: 'the nodes reload',
        isIt: isReload,
        said: /enabled again; it is not known which nodes have reloaded their files; no takeover/m,
      },
      {
        phase: 'the leader performs the takeover run',
        isIt: isRun,
        said: /enabled again; reloaded by nodes 0, 1 and 2; a takeover run was/m,
      },
    ])('by Ctrl-C while $phase', async ({ isIt, said }) => {
      edit(ALL, (text) => `${text}${NEW_LINE}`)
      const { gate, child } = await start(isIt, '--yes')
      child.kill('SIGINT')
      gate.unshut()
      const { stderr, exitCode } = await child
      expect(stderr).toMatch(said)
      expect(exitCode).toBe(130)
      await expectEnabled()
    })

    it('by SIGTERM', async () => {
      const { gate, child } = await start(isReload, '--compat')
      child.kill('SIGTERM')
      gate.unshut()
      expect((await child).exitCode).toBe(143)
      await expectEnabled()
    })

    it('by -T', async () => {
      const { gate, child } = await start(isReload, '--compat', '-T', '2')
      gate.unshut()
      const { stderr, exitCode } = await child
      expect({ stderr, exitCode }).toEqual({ stderr: 'Maximum runtime exceeded - exiting\n', exitCode: 1 })
      await expectEnabled()
    })

    it('by a lost connection, and opens another', async () => {
      const { gate, child } = await start(isReload, '--yes')
      gate.unshut()
      gate.cut()
      const { stderr, exitCode } = await child
      expect(stderr).toContain('closed the connection')
      expect(stderr).not.toContain('stay disabled')
      expect(exitCode).toBe(1)
      await expectEnabled()
    })

    it('by a connection that stays lost: takeover runs are enabled again when it said', async () => {
      const { gate, child } = await start(isReload, '--yes', '-t', '3')
      await gate[Symbol.asyncDispose]()
      const { stderr, exitCode } = await child
      const [, hours, minutes, seconds] =
        /stay disabled on nodes 0, 1 and 2 until (?:\S+ )?(\d\d):(\d\d):(\d\d), when/.exec(stderr) ?? []
      const backAt = new Date()
      backAt.setHours(Number(hours), Number(minutes), Number(seconds))
      expect(exitCode).toBe(1)
      expect(backAt.getTime() - Date.now()).toBeLessThan(6_500)
      await expectEnabled()
    })
  })
})

describeOnLab('reloadips', (lab) => {
  describe('prints and returns what scripts expect of ctdb', () => {
    it.each(
      [
        [],
        ['all'],
        ['0'],
        ['1,2'],
        ['2,0,'],
        ['0x1'],
        ['01'],
        ['1abc'],
        [' 1'],
        ['x'],
        ['1,x'],
        ['-1'],
        ['9'],
        ['0,9'],
        [','],
        [''],
        ['ALL'],
        ['1', '2'],
        ['-n', '0'],
        ['-n', '1'],
        ['-n', '9'],
        ['-X', 'all'],
        ['-t', '3', 'all'],
      ].map((words: readonly string[]) => ({ words, line: JSON.stringify(words) })),
    )('given $line', async ({ words }) => {
      const theirs = await lab.ctdb(0, 'reloadips', ...words)
      const ours = await lab.ctdbts(0, 'reloadips', ...words)
      const shape = (run: RunResult) => {
        const { stdout, stderr, status } = withoutRetries(shown(run))
        return { stderr, status, says: stdout !== '' }
      }
      expect(shape(ours)).toEqual(shape(theirs))
    })

    it('with a stopped node', async () => {
      await lab.must(0, 'ctdb', 'stop', '-n', '2')
      onTestFinished(async () => {
        await lab.must(0, 'ctdb', 'continue', '-n', '2')
        await untilHealthy(lab)
      }, 180_000)
      for (const words of [['2'], ['all'], ['1,2']]) {
        const theirs = withoutRetries(shown(await lab.ctdb(0, 'reloadips', ...words)))
        expect(withoutRetries(shown(await lab.ctdbts(0, 'reloadips', ...words))), words.join()).toEqual(theirs)
      }
    })
  })
})
