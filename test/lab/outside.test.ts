import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { QUESTIONS_PER_SECOND } from '../../src/lib/probe/pace.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { Capture } from './harness/capture.ts'
import { addStranger, removeNamespace } from './harness/network.ts'
import { publicAddresses } from './harness/node-files.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy, viewOf } from './harness/view.ts'
import { type Report, rootsOf } from './verify/report.ts'

const ADDRESS = '10.99.1.132'

describeOnLab('a machine of the network that is no node', (lab) => {
  let machine: string
  let undo: (() => Promise<unknown>)[] = []

  const here = async (...argv: string[]): Promise<string> => {
    const env = { HOME: lab.directory, XDG_CONFIG_HOME: '', XDG_CACHE_HOME: lab.directory }
    const { stdout } = await execa('ip', ['netns', 'exec', machine, ...argv], { env, reject: false, stdin: 'ignore' })
    return stdout
  }
  const audit = async (...words: string[]): Promise<Report> =>
    JSON.parse(await here(...lab.program, ...VERIFY, ...labSsh(lab).flags, '--host', '10.99.0.1', '--json', ...words))
  const rootsAnd = (report: Report) => ({ roots: rootsOf(report), unknown: report.unknown })
  const ownerOf = async (address: string): Promise<number> => {
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    return view.owners.get(address) ?? -1
  }
  /** Its neighbour table, as it would be after a conversation with a node. */
  const expectAt = async (pnn: number, state: string) => {
    const mac = (await lab.must(pnn, 'cat', '/sys/class/net/eth1/address')).trim()
    await here('ip', 'neigh', 'replace', ADDRESS, 'lladdr', mac, 'dev', 'eth1', 'nud', state)
    return mac
  }

  beforeAll(async () => {
    machine = await addStranger(lab.id)
    for (const address of ['10.99.0.250/24', '10.99.1.250/24']) await here('ip', 'addr', 'add', address, 'dev', 'eth1')
    await here('ip', 'addr', 'add', 'fd00:99:1::250/64', 'dev', 'eth1', 'nodad')
  })
  afterEach(async () => {
    for (const step of undo.toReversed()) await step()
    undo = []
    await here('ip', 'neigh', 'flush', 'dev', 'eth1', 'nud', 'all')
    await untilHealthy(lab)
  })
  afterAll(async () => {
    await removeNamespace(machine)
  })

  it('sees nothing wrong with a healthy cluster, and asks only when it is told to, for public addresses only', async () => {
    const capture = await Capture.start(lab.id)
    undo.push(() => capture.stop())
    const publics = publicAddresses(3).map(({ address }) => address)
    expect(rootsAnd(await audit())).toEqual({ roots: [], unknown: [] })
    expect(capture.soFar.filter(({ target }) => publics.includes(target))).toEqual([])
    expect(rootsAnd(await audit('--probe'))).toEqual({ roots: [], unknown: [] })
    // CTDB and SSH go on on the private network, and kernels make sure by themselves of neighbours that have answered, by link-local addresses.
    const asked = (await capture.stop()).filter(({ target }) => !/^10\.99\.0\.|^fe80:|^a packet/.test(target))
    const own = asked.filter(({ port }) => port === 'stranger')
    expect([...new Set(own.map(({ target }) => target))].toSorted()).toEqual(publics.toSorted())
    const inSecond = asked.map(({ at: from }) => asked.filter(({ at }) => at >= from && at < from + 1).length)
    expect(Math.max(...inSecond)).toBeLessThanOrEqual(QUESTIONS_PER_SECOND)
  })

  it('has missed an announcement, and the remedy mends it', async () => {
    const owner = await ownerOf(ADDRESS)
    const next = (owner + 1) % 3
    const before = await expectAt(owner, 'reachable')
    const rule = ['INPUT', '-i', 'eth1', '-s', ADDRESS, '-j', 'DROP']
    await here('arptables-nft', '-A', ...rule)
    await lab.must(0, 'ctdb', 'moveip', ADDRESS, String(next))
    // It announces the address several times, a second apart.
    await sleep(7_000)
    await here('arptables-nft', '-D', ...rule)
    await expectAt(owner, 'reachable')
    const report = await audit()
    expect(rootsAnd(report)).toEqual({ roots: [`ip-neighbour-here - ${ADDRESS}`], unknown: [] })
    const [found] = report.findings
    expect(found).toMatchObject({
      severity: 'warning',
      message: `this machine has another link address for ${ADDRESS} than node ${next}, which owns it`,
      actions: [{ kind: 'command', command: `ctdbts gratarp ${ADDRESS} eth1`, on: next }],
    })
    await lab.ctdbts(next, 'gratarp', ADDRESS, 'eth1')
    await sleep(1_000)
    expect(await here('ip', 'neigh', 'show', ADDRESS)).not.toContain(before)
    expect(rootsAnd(await audit())).toEqual({ roots: [], unknown: [] })
  })

  it('gets no answer, unlike the nodes', async () => {
    const owner = await ownerOf(ADDRESS)
    const rule = ['INPUT', '-i', 'eth1', '-s', '10.99.1.250', '-d', ADDRESS, '-j', 'DROP']
    await lab.must(owner, 'arptables-nft', '-A', ...rule)
    undo.push(() => lab.must(owner, 'arptables-nft', '-D', ...rule))
    const report = await audit('--probe')
    expect(rootsAnd(report)).toEqual({ roots: [`ip-answer-none ${owner} ${ADDRESS}`], unknown: [] })
    expect(report.findings[0]).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/^this machine gets no answer for .*; nodes . and . do$/),
    })
  })
})
