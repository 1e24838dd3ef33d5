import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { KernelAddress } from '../../../src/lib/node/kernel.ts'
import type { Wait } from '../../../src/lib/process/wait.ts'
import type { Host } from '../../../src/lib/sim/host.ts'
import { createNetns, type NetnsOptions } from '../../../src/transport/netns/cluster.ts'
import { removeNetnsLeftovers } from '../../../src/transport/netns/leftovers.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** Why there can be no namespaces here; undefined when there can. */
function obstacle(): string | undefined {
  if (process.geteuid?.() !== 0) return 'they need root'
  const failed = ({ status }: SpawnSyncReturns<Buffer>) => status !== 0
  if (failed(spawnSync('ip', ['-V']))) return 'there is no ip (apt-get install iproute2)'
  if (failed(spawnSync('flock', ['--version']))) return 'there is no flock (apt-get install util-linux)'
  const name = `ctdbts-sim-${process.pid}-0`
  if (failed(spawnSync('ip', ['netns', 'add', name]))) return 'this root may not make namespaces (CAP_SYS_ADMIN)'
  spawnSync('ip', ['netns', 'delete', name])
  return undefined
}

const why = obstacle()
if (why) process.stderr.write(`\nThe tests with network namespaces are SKIPPED: ${why}\n`)

const NAME = `ctdbts-sim-${process.pid}`

/** What a node has of its own in these tests. */
const OWN = (pnn: number) => ({
  interfaces: [
    { name: 'eth0', addresses: [`10.99.0.${pnn + 1}/24`, `fd99::${pnn + 1}/64`] },
    { name: 'eth1', addresses: [] },
    { name: 'eth2', addresses: [] },
  ],
})

/** A cluster, and its first two nodes. */
async function start(options: Partial<NetnsOptions> = {}) {
  const dir = tempDir()
  const created = createNetns({ name: NAME, nodes: [OWN(0), OWN(1)], stateDirectory: dir.path, ...options })
  const cluster = await created.catch((error: unknown) => {
    dir[Symbol.dispose]()
    throw error
  })
  return {
    cluster,
    dir,
    node: cluster.hosts[0]!,
    other: cluster.hosts[1]!,
    namespace: cluster.namespaces[0]!,
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

const settle = <T>(wait: Wait<T>): Promise<T> => new Promise((resolve, reject) => void wait(resolve, reject))
const names = async () => (await execa('ip', ['netns', 'list'])).stdout.split('\n').map((line) => line.split(' ')[0])

/** What really is on an interface, from `ip` itself: CIDR, with `+` where it is secondary. */
async function held(namespace: string, interfaceName: string): Promise<string[]> {
  const { stdout } = await execa('ip', ['-n', namespace, '-j', 'addr', 'show', 'dev', interfaceName])
  const [{ addr_info: list }] = JSON.parse(stdout)
  return list
    .filter((one: { scope: string }) => one.scope === 'global')
    .map((one: Record<string, unknown>) => `${one.local}/${one.prefixlen}${one.secondary ? '+' : ''}`)
}

const take = (host: Host, interfaceName: string, address: string, maskBits = 24) =>
  settle(host.takeIp(interfaceName, address, maskBits))
const release = (host: Host, interfaceName: string, address: string, maskBits = 24) =>
  settle(host.releaseIp(interfaceName, address, maskBits))
const linkUp = async (host: Host) =>
  Object.fromEntries((await settle(host.links())).map(({ name, carrier }) => [name, carrier] as const))

const OK = { ok: true, output: [] }

describe.skipIf(why)('real network namespaces', () => {
  describe('a cluster', () => {
    it('has a namespace per node and one for the switch, with all that the nodes were to have', async () => {
      await using t = await start()
      expect(t.cluster.namespaces).toEqual([`${NAME}-0`, `${NAME}-1`])
      expect(await names()).toEqual(expect.arrayContaining([`${NAME}-0`, `${NAME}-1`, `${NAME}-switch`]))
      expect(await settle(t.other.links())).toEqual([
        { name: 'eth0', carrier: true },
        { name: 'eth1', carrier: true },
        { name: 'eth2', carrier: true },
      ])
      // Neither lo nor the link-local addresses.
      expect(await settle(t.other.addresses())).toEqual<KernelAddress[]>([
        { address: '10.99.0.2', maskBits: 24, interfaceName: 'eth0', secondary: false },
        { address: 'fd99::2', maskBits: 64, interfaceName: 'eth0', secondary: false },
      ])
    })

    it('connects its nodes, over IPv6 at once, too', async () => {
      await using t = await start()
      const listen = `require('net').createServer((s) => s.end('hello')).listen(7, '::', () => console.log('listens'))`
      const server = spawn('ip', ['netns', 'exec', t.cluster.namespaces[1]!, process.execPath, '-e', listen])
      try {
        await once(server.stdout, 'data')
        for (const address of ['10.99.0.2', 'fd99::2']) {
          const connect = `require('net').connect(7, '${address}').pipe(process.stdout)`
          const { stdout } = await execa('ip', ['netns', 'exec', t.namespace, process.execPath, '-e', connect])
          expect(stdout).toBe('hello')
        }
      } finally {
        server.kill()
        await once(server, 'exit')
      }
    })

    it('takes names of interfaces that are as long as Linux has them', async () => {
      const name = 'enx0123456789ab'
      await using t = await start({ nodes: [{ interfaces: [{ name, addresses: ['10.99.0.1/24'] }] }] })
      expect(await linkUp(t.node)).toEqual({ [name]: true })
      expect(await take(t.node, name, '10.0.0.1')).toEqual(OK)
    })

    it('is gone when disposed of, twice being once', async () => {
      await using t = await start()
      await t.cluster[Symbol.asyncDispose]()
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
      await t.cluster[Symbol.asyncDispose]()
    })

    it('may have lost a namespace by then', async () => {
      await using t = await start()
      await execa('ip', ['netns', 'delete', t.namespace])
      await t.cluster[Symbol.asyncDispose]()
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
    })

    it('ends what is under way when disposed of', async () => {
      await using t = await start()
      await using _lock = await holdLock(t.dir.path, 'eth1')
      const taken = take(t.node, 'eth1', '10.0.0.1')
      const failed = expect(taken).rejects.toMatchObject({ code: 'NETNS_FAILED', message: expect.stringContaining('given up') })
      await t.cluster[Symbol.asyncDispose]()
      await failed
    })

    it('leaves nothing when it cannot be made, and tells what the command said', async () => {
      using dir = tempDir()
      const bad = { interfaces: [{ name: 'eth0', addresses: ['10.99.0.300/24'] }] }
      const nodes = [OWN(0), bad, OWN(2), OWN(3)]
      await expect(createNetns({ name: NAME, nodes, stateDirectory: dir.path })).rejects.toMatchObject({
        code: 'NETNS_FAILED',
        message: expect.stringMatching(/`ip -n \S+-1 addr add 10\.99\.0\.300\/24 .*any valid prefix is expected/),
      })
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
    })

    it('leaves a namespace alone that somebody else has by that name', async () => {
      using dir = tempDir()
      await execa('ip', ['netns', 'add', `${NAME}-1`])
      try {
        const created = createNetns({ name: NAME, nodes: [OWN(0), OWN(1)], stateDirectory: dir.path })
        await expect(created).rejects.toMatchObject({ code: 'NETNS_FAILED', message: expect.stringContaining('File exists') })
        expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([`${NAME}-1`])
      } finally {
        await execa('ip', ['netns', 'delete', `${NAME}-1`])
      }
    })
  })

  describe('taking an address', () => {
    it('puts it on the interface, with its broadcast address', async () => {
      await using t = await start()
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      expect(await take(t.node, 'eth1', '10.0.0.2')).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.1/24', '10.0.0.2/24+'])
      const { stdout } = await execa('ip', ['-n', t.namespace, 'addr', 'show', 'dev', 'eth1'])
      expect(stdout).toContain('inet 10.0.0.1/24 brd 10.0.0.255')
      expect(await settle(t.node.addresses())).toContainEqual({
        address: '10.0.0.2',
        maskBits: 24,
        interfaceName: 'eth1',
        secondary: true,
      })
    })

    it.each([0, 31, 32])('of %i mask bits', async (maskBits) => {
      await using t = await start()
      expect(await take(t.node, 'eth1', '10.0.0.1', maskBits)).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual([`10.0.0.1/${maskBits}`])
      expect(await release(t.node, 'eth1', '10.0.0.1', maskBits)).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual([])
    })

    it('fails when it is there already', async () => {
      await using t = await start()
      await take(t.node, 'eth1', '10.0.0.1')
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual({
        ok: false,
        // The words of the kernel differ by its version.
        output: [expect.stringMatching(/already assigned|File exists/), 'Failed to add 10.0.0.1/24 on dev eth1'],
      })
      expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.1/24'])
    })

    it('is no failure for Linux with other mask bits, or on another interface', async () => {
      await using t = await start()
      await take(t.node, 'eth1', '10.0.0.1')
      expect(await take(t.node, 'eth1', '10.0.0.1', 16)).toEqual(OK)
      expect(await take(t.node, 'eth2', '10.0.0.1')).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.1/24', '10.0.0.1/16'])
      expect(await held(t.namespace, 'eth2')).toEqual(['10.0.0.1/24'])
    })

    it('brings the interface up', async () => {
      await using t = await start()
      await execa('ip', ['-n', t.namespace, 'link', 'set', 'dev', 'eth1', 'down'])
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: false, eth2: true })
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: true, eth2: true })
    })

    it('fails without such an interface', async () => {
      await using t = await start()
      expect(await take(t.node, 'eth7', '10.0.0.1')).toEqual({
        ok: false,
        output: [expect.stringContaining('Cannot find device "eth7"'), 'Failed to bringup interface eth7'],
      })
      for (const name of ['../eth1', '..', '', 'eth1; reboot', 'interface-of-17-b']) {
        expect(await take(t.node, name, '10.0.0.1')).toEqual({
          ok: false,
          output: [`There can be no interface ${JSON.stringify(name)}`],
        })
      }
    })

    it('takes nothing in it for shell', async () => {
      await using t = await start()
      const { ok, output } = await take(t.node, 'eth1', '$(touch x) `id`; "\'')
      expect(ok).toBe(false)
      expect(output.at(-1)).toBe('Failed to add $(touch x) `id`; "\'/24 on dev eth1')
    })
  })

  describe('releasing an address', () => {
    it.each([false, true])('keeps the secondary ones, in their order (promoteSecondaries: %s)', async (promoteSecondaries) => {
      await using t = await start({ promoteSecondaries })
      for (const last of [1, 2, 3, 4]) await take(t.node, 'eth1', `10.0.0.${last}`)
      await take(t.node, 'eth1', '10.0.1.1')
      expect(await release(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      const ofTheSubnet = async () => (await held(t.namespace, 'eth1')).filter((one) => one.startsWith('10.0.0.'))
      expect(await ofTheSubnet()).toEqual(['10.0.0.2/24', '10.0.0.3/24+', '10.0.0.4/24+'])
      expect(await release(t.node, 'eth1', '10.0.0.3')).toEqual(OK)
      expect(await ofTheSubnet()).toEqual(['10.0.0.2/24', '10.0.0.4/24+'])
      expect(await held(t.namespace, 'eth1')).toContain('10.0.1.1/24')
    })

    it.each([false, true])('does so itself only where Linux does not (promoteSecondaries: %s)', async (promoteSecondaries) => {
      await using t = await start({ promoteSecondaries })
      for (const last of [1, 2]) await take(t.node, 'eth1', `10.0.0.${last}`)
      await settle(t.node.deleteByHand('10.0.0.1'))
      expect(await held(t.namespace, 'eth1')).toEqual(promoteSecondaries ? ['10.0.0.2/24'] : [])
    })

    it('finds it on another interface, and of other mask bits, than CTDB believes', async () => {
      await using t = await start()
      await take(t.node, 'eth2', '10.0.0.1')
      expect(await release(t.node, '__none__', '10.0.0.1')).toEqual({
        ok: true,
        output: ['WARNING: Public IP 10.0.0.1 hosted on interface eth2 but VNN says __none__'],
      })
      expect(await held(t.namespace, 'eth2')).toEqual([])
      await take(t.node, 'eth2', '10.0.0.1')
      expect(await release(t.node, 'eth1', '10.0.0.1', 16)).toEqual({
        ok: true,
        output: [
          'WARNING: Public IP 10.0.0.1 hosted on interface eth2 but VNN says eth1',
          'WARNING: Public IP 10.0.0.1 has 24 bit netmask but VNN says 16',
        ],
      })
      expect(await held(t.namespace, 'eth2')).toEqual([])
    })

    it('is no failure when it is nowhere', async () => {
      await using t = await start()
      expect(await release(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      expect(await release(t.node, '__none__', 'fd00::1', 64)).toEqual(OK)
    })

    it('takes the one of the first interface when it is on several', async () => {
      await using t = await start()
      for (const name of ['eth2', 'eth1']) await take(t.node, name, '10.0.0.1')
      expect(await release(t.node, 'eth2', '10.0.0.1')).toMatchObject({ ok: true, output: [expect.stringContaining('eth1')] })
      expect(await held(t.namespace, 'eth1')).toEqual([])
      expect(await held(t.namespace, 'eth2')).toEqual(['10.0.0.1/24'])
    })
  })

  it('does the same with IPv6, whichever way an address is written', async () => {
    await using t = await start()
    expect(await take(t.node, 'eth1', 'fd00::1', 64)).toEqual(OK)
    expect(await take(t.node, 'eth1', 'fd00:0:0:0:0:0:0:2', 64)).toEqual(OK)
    expect((await settle(t.node.addresses())).filter(({ interfaceName }) => interfaceName === 'eth1')).toEqual([
      { address: 'fd00::2', maskBits: 64, interfaceName: 'eth1', secondary: false },
      { address: 'fd00::1', maskBits: 64, interfaceName: 'eth1', secondary: false },
    ])
    const { stdout } = await execa('ip', ['-n', t.namespace, 'addr', 'show', 'dev', 'eth1'])
    expect(stdout).not.toContain('tentative')
    expect(await take(t.node, 'eth1', 'fd00::1', 64)).toMatchObject({ ok: false })
    expect(await release(t.node, 'eth1', 'FD00::0:1', 64)).toEqual(OK)
    expect(await held(t.namespace, 'eth1')).toEqual(['fd00::2/64'])
  })

  describe('the lock of an interface', () => {
    it('lets all of many changes at once succeed, one after the other', async () => {
      await using t = await start()
      const addresses = Array.from({ length: 12 }, (_, index) => `10.0.0.${index + 1}`)
      const results = await Promise.all(addresses.map((address) => take(t.node, 'eth1', address)))
      expect(results).toEqual(addresses.map(() => OK))
      expect(await held(t.namespace, 'eth1')).toHaveLength(12)
      // The primary one is among them: no secondary one may be lost on the way, or come back that is released meanwhile.
      const gone = addresses.slice(0, 8)
      expect(await Promise.all(gone.map((address) => release(t.node, 'eth1', address)))).toEqual(gone.map(() => OK))
      const left = (await held(t.namespace, 'eth1')).map((one) => one.replace('+', '')).sort()
      expect(left).toEqual(['10.0.0.10/24', '10.0.0.11/24', '10.0.0.12/24', '10.0.0.9/24'])
    })

    it('lets two release one address: it is gone then, which is no failure for the later one', async () => {
      await using t = await start()
      await take(t.node, 'eth1', '10.0.0.1')
      const lock = await holdLock(t.dir.path, 'eth1')
      const released = Promise.all([1, 2].map(() => release(t.node, 'eth1', '10.0.0.1')))
      // Both have seen the address, and wait.
      const waiting = async () => (await execa('ip', ['netns', 'pids', t.namespace])).stdout.split('\n').length
      await expect.poll(waiting).toBe(2)
      await lock[Symbol.asyncDispose]()
      expect(await released).toEqual([OK, OK])
      expect(await held(t.namespace, 'eth1')).toEqual([])
    })

    it('is not had for ever when another process has it; other interfaces do not mind', async () => {
      await using t = await start({ lockTimeoutMs: 300 })
      await take(t.node, 'eth2', '10.0.1.1')
      {
        await using _lock = await holdLock(t.dir.path, 'eth1')
        const startMs = performance.now()
        const failure = { ok: false, output: ['Failed to lock interface eth1 within 0.3 s'] }
        expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(failure)
        expect(performance.now() - startMs).toBeGreaterThan(290)
        await settle(t.node.addByHand('eth1', '10.0.0.2', 24))
        expect(await release(t.node, 'eth1', '10.0.0.2')).toEqual(failure)
        expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.2/24'])
        // What is locked is the interface that really has it.
        expect(await release(t.node, 'eth1', '10.0.1.1')).toMatchObject({ ok: true })
        expect(await take(t.other, 'eth1', '10.0.0.1')).toEqual(OK)
      }
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
    })
  })

  describe('what befalls a node', () => {
    it('a restart of its network leaves only what is configured', async () => {
      await using t = await start()
      for (let last = 1; last <= 100; last++) await settle(t.node.addByHand('eth1', `10.0.0.${last}`, 24))
      await take(t.node, 'eth0', '10.99.0.100')
      await take(t.node, 'eth2', 'fd00::1', 64)
      await settle(t.node.restartNetwork())
      expect(await held(t.namespace, 'eth0')).toEqual(['10.99.0.1/24', 'fd99::1/64'])
      expect(await held(t.namespace, 'eth1')).toEqual([])
      expect(await held(t.namespace, 'eth2')).toEqual([])
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: true, eth2: true })
    })

    it('a pulled cable is seen at once, at its own end only, and so is one that is put back', async () => {
      await using t = await start()
      await settle(t.node.setCarrier('eth1', false))
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: false, eth2: true })
      expect(await linkUp(t.other)).toEqual({ eth0: true, eth1: true, eth2: true })
      // Neither an address nor a restart brings it back.
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      await settle(t.node.restartNetwork())
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: false, eth2: true })
      await settle(t.node.setCarrier('eth1', true))
      expect(await linkUp(t.node)).toEqual({ eth0: true, eth1: true, eth2: true })
      await expect(settle(t.node.setCarrier('eth9', true))).rejects.toMatchObject({ code: 'NETNS_NO_INTERFACE' })
    })

    it('an address is added and deleted by hand, or that fails as it does there', async () => {
      await using t = await start()
      await settle(t.node.addByHand('eth1', '10.0.0.1', 24))
      expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.1/24'])
      await expect(settle(t.node.addByHand('eth1', '10.0.0.1', 24))).rejects.toMatchObject({
        code: 'NETNS_FAILED',
        message: expect.stringMatching(/already assigned|File exists/),
      })
      await settle(t.node.deleteByHand('10.0.0.1'))
      expect(await held(t.namespace, 'eth1')).toEqual([])
      await expect(settle(t.node.deleteByHand('10.0.0.1'))).rejects.toMatchObject({ code: 'NETNS_NO_ADDRESS' })
    })

    it('ip -j addr is what it prints there', async () => {
      await using t = await start()
      const { stdout } = await execa('ip', ['-n', t.namespace, '-j', 'addr'], { stripFinalNewline: false })
      expect(await settle(t.node.ipAddrJson())).toBe(stdout)
      expect(stdout.endsWith('\n')).toBe(true)
    })
  })

  describe('a firewall, of which there is only an imitation here,', () => {
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    /** Programs in the PATH that note how they are called, and whether the address is on an interface then. */
    function imitate(dir: { file(name: string): string }): () => string[] {
      mkdirSync(dir.file('bin'))
      for (const name of ['iptables', 'ip6tables']) {
        const path = dir.file(`bin/${name}`)
        const script =
          'ip -o addr show to "$8" | grep -q . && there=yes || there=no\necho "$(basename "$0") $* there=$there" >>"$LOG"'
        writeFileSync(path, `#!/bin/sh\n${script}\necho noise\nexit 1\n`)
        chmodSync(path, 0o755)
      }
      writeFileSync(dir.file('log'), '')
      vi.stubEnv('PATH', `${dir.file('bin')}:${process.env.PATH}`)
      vi.stubEnv('LOG', dir.file('log'))
      return () => readFileSync(dir.file('log'), 'utf8').trimEnd().split('\n')
    }

    it('is told to drop what comes while an address goes, and not any more afterwards', async () => {
      await using t = await start()
      const calls = imitate(t.dir)
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      expect(calls()).toEqual(['iptables -w 10 -D INPUT -i eth1 -d 10.0.0.1 -j DROP there=yes'])
      await take(t.node, 'eth1', '10.0.0.2')
      // What it says when it cannot block goes into the log of the event; the address goes all the same.
      expect(await release(t.node, 'eth1', '10.0.0.1')).toEqual({ ok: true, output: ['noise'] })
      expect(calls().slice(2)).toEqual([
        'iptables -w 10 -I INPUT -i eth1 -d 10.0.0.1 -j DROP there=yes',
        'iptables -w 10 -D INPUT -i eth1 -d 10.0.0.1 -j DROP there=no',
      ])
      await take(t.node, 'eth1', 'fd00::1', 64)
      expect(calls().slice(4)).toEqual(['ip6tables -w 10 -D INPUT -i eth1 -d fd00::1 -j DROP there=yes'])
    })

    it('lets clients in again when the address cannot be deleted, too', async () => {
      await using t = await start()
      await take(t.node, 'eth1', '10.0.0.1')
      const calls = imitate(t.dir)
      // As if somebody were faster by a moment.
      const real = (await execa('which', ['ip'])).stdout
      writeFileSync(t.dir.file('bin/ip'), `#!/bin/sh\n[ "$2" = del ] && { echo 'No.'; exit 2; }\nexec ${real} "$@"\n`)
      chmodSync(t.dir.file('bin/ip'), 0o755)
      expect(await release(t.node, 'eth1', '10.0.0.1')).toEqual({
        ok: false,
        output: ['noise', 'No.', 'Failed to del 10.0.0.1 on dev eth1'],
      })
      expect(calls().at(-1)).toBe('iptables -w 10 -D INPUT -i eth1 -d 10.0.0.1 -j DROP there=yes')
    })
  })

  describe('what cannot be had', () => {
    afterEach(() => {
      vi.unstubAllEnvs()
      vi.restoreAllMocks()
    })

    it('root', async () => {
      vi.spyOn(process, 'geteuid').mockReturnValue(1000)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_ROOT', hint: expect.stringContaining('sudo') })
      await expect(removeNetnsLeftovers()).rejects.toMatchObject({ code: 'NETNS_ROOT' })
    })

    it('the programs', async () => {
      using dir = tempDir()
      vi.stubEnv('PATH', dir.path)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_TOOLS', hint: expect.stringContaining('iproute2') })
      writeFileSync(dir.file('ip'), '#!/bin/sh\n')
      chmodSync(dir.file('ip'), 0o755)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_TOOLS', hint: expect.stringContaining('util-linux') })
    })
  })

  it('what a killed simulation has left is removed, and nothing else', async () => {
    const dead = spawnSync('true').pid
    const left = [`ctdbts-sim-${dead}-0`, `ctdbts-sim-${dead}-switch`]
    const others = [`ctdbts-sim-${process.pid}-0`, `ctdbts-sim-${dead}-x`, `ctdbts-lab-${dead}-0`]
    for (const name of [...left, ...others]) await execa('ip', ['netns', 'add', name])
    try {
      const removed = await removeNetnsLeftovers()
      expect(removed).toEqual(expect.arrayContaining(left))
      expect(await names()).toEqual(expect.arrayContaining(others))
      expect((await names()).filter((name) => name && left.includes(name))).toEqual([])
    } finally {
      for (const name of [...left, ...others]) await execa('ip', ['netns', 'delete', name], { reject: false })
    }
  })
})

/** Another process that has the lock of an interface of node 0. */
async function holdLock(stateDirectory: string, interfaceName: string): Promise<AsyncDisposable> {
  const holder = spawn('flock', [`${stateDirectory}/0/${interfaceName}.flock`, 'sh', '-c', 'echo has it; read -r _'])
  await once(holder.stdout, 'data')
  return {
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end()
      await once(holder, 'exit')
    },
  }
}
