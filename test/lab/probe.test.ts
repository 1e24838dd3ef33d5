import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { QUESTIONS_PER_SECOND } from '../../src/lib/probe/pace.ts'
import { askNetworks } from '../../src/transport/host/probe.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { Capture } from './harness/capture.ts'
import { addStranger, removeNamespace } from './harness/network.ts'
import { nodeAccess } from './harness/node-access.ts'
import { publicAddresses } from './harness/node-files.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy, viewOf } from './harness/view.ts'
import { type Finding, type Report, rootsOf } from './verify/report.ts'

const PUBLICS = publicAddresses(3).map(({ address }) => address)

describeOnLab('a probe of the networks', (lab) => {
  const words = () => [...VERIFY, '--probe', ...labSsh(lab).flags, '--host', '10.99.0.1', '--json']
  const audit = async (): Promise<Report> => {
    const { stdout, stderr } = await lab.ctdbts(0, ...words())
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }
  const seen = async () => {
    const report = await audit()
    return { roots: rootsOf(report), unknown: report.unknown }
  }
  const ownerOf = async (address: string): Promise<number> => {
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    return view.owners.get(address) ?? -1
  }
  const macOf = async (pnn: number, name: string): Promise<string> =>
    (await lab.must(pnn, 'cat', `/sys/class/net/${name}/address`)).trim()
  /** Carries out the commands of a finding, as they are given. */
  const carryOut = async ({ actions }: Finding) => {
    for (const action of actions) {
      if (action.kind === 'command' && typeof action.on === 'number') {
        const [, ...argv] = action.command.split(' ')
        const { status } = await lab.ctdbts(action.on, ...argv)
        expect(status).toBe(0)
      } else if (action.kind === 'mend' && action.mended.pnn !== undefined) {
        const [, command = ''] = /`(ip neigh del [^`]*)`/.exec(action.how) ?? []
        await lab.must(action.mended.pnn, ...command.split(' '))
      }
    }
  }
  /** Undo what a test did, also if it fails. */
  let undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.toReversed()) await step()
    undo = []
    await untilHealthy(lab)
  })
  const change = async (pnn: number, does: readonly string[], undoes: readonly string[]) => {
    await lab.must(pnn, ...does)
    undo.push(() => lab.must(pnn, ...undoes))
  }

  it('of a healthy cluster finds nothing, and asks for public addresses only, not faster than it may', async () => {
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    expect(await seen()).toEqual({ roots: [], unknown: [] })
    const questions = await capture.stop()
    // CTDB and SSH go on on the private network.
    const ours = questions.filter(({ port, target }) => !port.endsWith('eth0') || !target.startsWith('10.99.0.'))
    expect([...new Set(ours.map(({ target }) => target))].toSorted()).toEqual(PUBLICS.toSorted())
    // Each address is asked for by two nodes, once, as there is an answer.
    expect(ours).toHaveLength(2 * PUBLICS.length)
    expect(ours.map(({ source }) => source).filter((source) => source !== '0.0.0.0' && !source.startsWith('fe80:'))).toEqual([])
    expect(busiest(ours.map(({ at }) => at))).toBeLessThanOrEqual(QUESTIONS_PER_SECOND)
  })

  it('of many addresses is no faster, and asks three times where nobody answers', async () => {
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    const questions = (first: number) =>
      Array.from({ length: 60 }, (_, index) => ({
        address: `10.99.1.${first + index}`,
        interfaceName: 'eth1',
        source: '0.0.0.0',
      }))
    const pace = { gapS: 2 / QUESTIONS_PER_SECOND, limitS: 60 }
    const reports = await Promise.all(
      [0, 1].map((pnn) => askNetworks(nodeAccess(lab, pnn), questions(1 + 60 * pnn), { pace, timeoutMs: 10_000 })),
    )
    expect(reports.flatMap(({ facts }) => facts.questions?.map(({ macs }) => macs?.length))).toEqual(Array(120).fill(0))
    const asked = (await capture.stop()).filter(({ target }) => target.startsWith('10.99.1.'))
    expect(asked).toHaveLength(3 * 120)
    const most = busiest(asked.map(({ at }) => at))
    expect(most).toBeLessThanOrEqual(QUESTIONS_PER_SECOND)
    expect(most).toBeGreaterThan(QUESTIONS_PER_SECOND / 2)
  })

  it('sends nothing unless it is asked for', async () => {
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    const { stdout } = await lab.ctdbts(0, ...words().filter((word) => word !== '--probe'))
    expect(rootsOf(JSON.parse(stdout))).toEqual([])
    expect((await capture.stop()).filter(({ target }) => PUBLICS.includes(target))).toEqual([])
  })

  describe('where a machine outside of the cluster has an address', () => {
    let stranger: string
    beforeAll(async () => {
      stranger = await addStranger(lab.id)
    })
    afterAll(async () => {
      await removeNamespace(stranger)
    })

    it.each(['10.99.1.131', 'fd00:99:1::131'])('finds it by its answer for %s', async (address) => {
      const bits = address.includes(':') ? ['64', 'nodad'] : ['24']
      const held = [`${address}/${bits[0]}`, 'dev', 'eth1', ...bits.slice(1)]
      await execa('ip', ['-n', stranger, 'addr', 'add', ...held])
      undo.push(() => execa('ip', ['-n', stranger, 'addr', 'del', held[0] ?? '', 'dev', 'eth1']))
      const report = await audit()
      expect({ roots: rootsOf(report), unknown: report.unknown }).toEqual({
        roots: [`ip-answer-foreign - ${address}`],
        unknown: [],
      })
      const { stdout } = await execa('ip', ['netns', 'exec', stranger, 'cat', '/sys/class/net/eth1/address'])
      expect(report.findings.find(({ id }) => id === 'ip-answer-foreign')).toMatchObject({
        severity: 'error',
        message: `a machine that is no node answers for ${address}: ${stdout.trim()}`,
      })
    })
  })

  it.each([
    ['10.99.1.132', 'stale'],
    ['fd00:99:1::132', 'stale'],
    ['10.99.1.132', 'permanent'],
    ['fd00:99:1::132', 'permanent'],
  ])('finds an old neighbour entry for %s that is %s, and its remedy mends it', async (address, state) => {
    const owner = await ownerOf(address)
    const [victim, previous] = [(owner + 1) % 3, (owner + 2) % 3]
    const entry = [address, 'lladdr', await macOf(previous, 'eth1'), 'dev', 'eth1', 'nud', state]
    await lab.must(victim, 'ip', 'neigh', 'replace', ...entry)
    undo.push(() => lab.exec(victim, ['ip', 'neigh', 'del', address, 'dev', 'eth1']))
    const report = await audit()
    expect({ roots: rootsOf(report), unknown: report.unknown }).toEqual({
      roots: [`ip-neighbour-stale - ${address}`],
      unknown: [],
    })
    const [found] = report.findings.filter(({ id }) => id === 'ip-neighbour-stale')
    if (!found) throw new Error('there is none')
    // The question of the node itself has corrected an entry that is not permanent.
    if (state === 'stale') await lab.must(victim, 'ip', 'neigh', 'replace', ...entry)
    await carryOut(found)
    await sleep(1_000)
    const { stdout } = await lab.exec(victim, ['ip', 'neigh', 'show', address, 'dev', 'eth1'])
    expect(stdout).not.toContain(entry[2])
    expect(await seen()).toEqual({ roots: [], unknown: [] })
  })

  it('finds nodes that missed the announcement after a move', async () => {
    const address = '10.99.1.133'
    const owner = await ownerOf(address)
    const [next, witness] = [(owner + 1) % 3, (owner + 2) % 3]
    await lab.must(
      witness,
      'ip',
      'neigh',
      'replace',
      address,
      'lladdr',
      await macOf(owner, 'eth1'),
      'dev',
      'eth1',
      'nud',
      'reachable',
    )
    // ctdbd sends announcements past the rules for what goes out.
    const rule = ['INPUT', '-i', 'eth1', '-s', address, '-j', 'DROP']
    await change(witness, ['arptables-nft', '-A', ...rule], ['sh', '-c', `arptables-nft -D ${rule.join(' ')} || true`])
    await lab.must(0, 'ctdb', 'moveip', address, String(next))
    // It announces the address several times, a second apart.
    await sleep(7_000)
    await lab.must(witness, 'arptables-nft', '-D', ...rule)
    const report = await audit()
    expect(rootsOf(report)).toEqual([`ip-neighbour-stale - ${address}`])
    const found = report.findings.find(({ id }) => id === 'ip-neighbour-stale')
    expect(found).toMatchObject({
      message: `node ${witness} has another link address for ${address} than node ${next}, which owns it`,
      actions: [{ kind: 'command', command: `ctdbts gratarp ${address} eth1`, on: next }],
    })
  })

  it('finds nodes that missed the announcement of a ctdbd without CAP_NET_RAW, as in a container', async () => {
    const address = '10.99.1.132'
    const owner = await ownerOf(address)
    const [next, witness] = [(owner + 1) % 3, (owner + 2) % 3]
    await lab.must(next, 'ctdb', 'shutdown')
    undo.push(async () => {
      await lab.must(next, 'ctdb', 'shutdown')
      await lab.startDaemon(next)
    })
    await lab.untilDaemonEnds(next)
    await lab.must(next, 'setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw', 'ctdbd')
    await untilHealthy(lab)
    // That it was away may have moved addresses: this one comes back.
    if ((await ownerOf(address)) !== owner) await lab.must(0, 'ctdb', 'moveip', address, String(owner))
    expect(await seen()).toEqual({ roots: [`capability-missing ${next} - CAP_NET_RAW`], unknown: [] })

    const entry = [address, 'lladdr', await macOf(owner, 'eth1'), 'dev', 'eth1', 'nud', 'reachable']
    await lab.must(witness, 'ip', 'neigh', 'replace', ...entry)
    await lab.must(0, 'ctdb', 'moveip', address, String(next))
    await sleep(3_000)
    const report = await audit()
    expect(rootsOf(report)).toEqual([`capability-missing ${next} - CAP_NET_RAW`])
    expect(report.findings.find(({ id }) => id === 'ip-neighbour-stale')).toMatchObject({
      message: `node ${witness} has another link address for ${address} than node ${next}, which owns it`,
      causedBy: report.findings.find(({ id }) => id === 'capability-missing')?.key,
      actions: [{ kind: 'mend', mended: { what: 'capability', pnn: next } }],
    })
  })

  it('finds addresses for which nobody answers: ARP', async () => {
    const address = '10.99.1.131'
    const owner = await ownerOf(address)
    const setting = 'net.ipv4.conf.eth1.arp_ignore'
    await change(owner, ['sysctl', '-qw', `${setting}=8`], ['sysctl', '-qw', `${setting}=0`])
    expect(await seen()).toEqual({ roots: [`ip-answer-none ${owner} ${address}`], unknown: [] })
  })

  it('finds addresses for which nobody answers: neighbour discovery', async () => {
    const address = 'fd00:99:1::131'
    const owner = await ownerOf(address)
    const rule = ['OUTPUT', '-p', 'icmpv6', '--icmpv6-type', 'neighbour-advertisement', '-j', 'DROP']
    await change(owner, ['ip6tables', '-A', ...rule], ['ip6tables', '-D', ...rule])
    expect(await seen()).toEqual({ roots: [`ip-answer-none ${owner} ${address}`], unknown: [] })
  })

  it('finds a node that answers for an address of another one', async () => {
    const address = 'fd00:99:1::132'
    const owner = await ownerOf(address)
    const other = (owner + 1) % 3
    for (const name of ['proxy_ndp', 'forwarding']) {
      const setting = `net.ipv6.conf.eth1.${name}`
      await change(other, ['sysctl', '-qw', `${setting}=1`], ['sysctl', '-qw', `${setting}=0`])
    }
    await change(
      other,
      ['ip', '-6', 'neigh', 'add', 'proxy', address, 'dev', 'eth1'],
      ['ip', '-6', 'neigh', 'del', 'proxy', address, 'dev', 'eth1'],
    )
    expect(await seen()).toEqual({ roots: [`ip-answer-other-node ${other} ${address}`], unknown: [] })
  })

  it('finds an owner that answers from all its interfaces', async () => {
    const address = '10.99.1.132'
    const owner = await ownerOf(address)
    for (const [name, value] of Object.entries({ 'all.arp_ignore': 0, 'all.arp_filter': 0, 'eth2.rp_filter': 1 })) {
      const setting = `net.ipv4.conf.${name}`
      const before = (await lab.must(owner, 'sysctl', '-n', setting)).trim()
      await change(owner, ['sysctl', '-qw', `${setting}=${value}`], ['sysctl', '-qw', `${setting}=${before}`])
    }
    const report = await audit()
    expect(rootsOf(report)).toContain(`ip-answer-flux ${owner} ${address}`)
    expect(rootsOf(report).every((root) => root.startsWith(`ip-answer-flux ${owner} 10.99.1.`))).toBe(true)
    expect(report.findings.find(({ subject }) => subject.address === address)).toMatchObject({
      severity: 'warning',
      message: `node ${owner} answers for ${address} from eth0 and eth2, where its kernel does not have it`,
    })
  })

  it.each(['iputils', 'busybox'])('asks by ndisc6, and by arping of %s, where there is no Python', async (whose) => {
    const [four, six] = ['10.99.1.131', 'fd00:99:1::132']
    const hide = async (pnn: number, path: string, by: string) => {
      const file = (await lab.must(pnn, 'readlink', '-f', path)).trim()
      await change(pnn, ['mount', '--bind', by, file], ['umount', file])
    }
    for (const pnn of lab.pnns) {
      await hide(pnn, '/usr/bin/python3', '/dev/null')
      if (whose === 'busybox') await hide(pnn, '/usr/bin/arping', '/bin/busybox')
    }
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    expect(await seen()).toEqual({ roots: [], unknown: [] })
    const asked = (await capture.stop()).filter(({ port, target }) => !port.endsWith('eth0') || !target.startsWith('10.99.0.'))
    expect([...new Set(asked.map(({ target }) => target))].toSorted()).toEqual(PUBLICS.toSorted())
    expect(busiest(asked.map(({ at }) => at))).toBeLessThanOrEqual(QUESTIONS_PER_SECOND)

    const setting = 'net.ipv4.conf.eth1.arp_ignore'
    const silent = [await ownerOf(four), await ownerOf(six)] as const
    await change(silent[0], ['sysctl', '-qw', `${setting}=8`], ['sysctl', '-qw', `${setting}=0`])
    const rule = ['OUTPUT', '-p', 'icmpv6', '--icmpv6-type', 'neighbour-advertisement', '-j', 'DROP']
    await change(silent[1], ['ip6tables', '-A', ...rule], ['ip6tables', '-D', ...rule])
    const { roots, unknown } = await seen()
    expect(unknown).toEqual([])
    expect(roots).toEqual(expect.arrayContaining([`ip-answer-none ${silent[0]} ${four}`, `ip-answer-none ${silent[1]} ${six}`]))
    expect(roots.filter((root) => !root.startsWith('ip-answer-none'))).toEqual([])
  })

  it.each(['openssh', 'ssh2'])('stops asking soon after it was interrupted: %s', async (client) => {
    const owner = await ownerOf('10.99.1.131')
    const setting = 'net.ipv4.conf.eth1.arp_ignore'
    await change(owner, ['sysctl', '-qw', `${setting}=8`], ['sysctl', '-qw', `${setting}=0`])
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    const [file = '', ...argv] = lab.argv(0, [...lab.program, ...words(), '--ssh', client])
    const child: ChildProcess = spawn(file, argv, { stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (!capture.soFar.some(({ target }) => PUBLICS.includes(target))) await sleep(20)
    child.kill('SIGINT')
    await ended
    const endedAt = Date.now() / 1000
    await sleep(3_000)
    const late = (await capture.stop()).filter(({ at, target }) => PUBLICS.includes(target) && at > endedAt + 1.5)
    expect(late).toEqual([])
  })
})

/** The most of these moments, in seconds, that one second has. */
function busiest(moments: readonly number[]): number {
  return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 1).length))
}
