import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { KernelAddress } from '../../src/sim/daemon/kernel.ts'
import { createNetns, type NetnsOptions } from '../../src/sim/netns/cluster.ts'
import { removeNetnsLeftovers } from '../../src/sim/netns/leftovers.ts'
import type { Wait } from '../../src/sim/process/wait.ts'
import type { Host } from '../../src/sim/world/host.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'

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

describeOnLab('the kernels of simulated nodes', () => {
  describe('a cluster', () => {
    it('has a namespace per node and one for the switch, with the interfaces of the nodes', async () => {
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

    it('accepts interface names as long as Linux allows', async () => {
      const name = 'enx0123456789ab'
      await using t = await start({ nodes: [{ interfaces: [{ name, addresses: ['10.99.0.1/24'] }] }] })
      expect(await linkUp(t.node)).toEqual({ [name]: true })
      expect(await take(t.node, name, '10.0.0.1')).toEqual(OK)
    })

    it('is deleted when it is disposed of, also twice', async () => {
      await using t = await start()
      await t.cluster[Symbol.asyncDispose]()
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
      await t.cluster[Symbol.asyncDispose]()
    })

    it('may be disposed of without one of its namespaces', async () => {
      await using t = await start()
      await execa('ip', ['netns', 'delete', t.namespace])
      await t.cluster[Symbol.asyncDispose]()
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
    })

    it('cancels running operations when it is disposed of', async () => {
      await using t = await start()
      await using _lock = await holdLock(t.dir.path, 'eth1')
      const taken = take(t.node, 'eth1', '10.0.0.1')
      const failed = expect(taken).rejects.toMatchObject({ code: 'NETNS_FAILED', message: expect.stringContaining('cancelled') })
      await t.cluster[Symbol.asyncDispose]()
      await failed
    })

    it('leaves nothing behind when it cannot be created, and reports what the command said', async () => {
      using dir = tempDir()
      const bad = { interfaces: [{ name: 'eth0', addresses: ['10.99.0.300/24'] }] }
      const nodes = [OWN(0), bad, OWN(2), OWN(3)]
      await expect(createNetns({ name: NAME, nodes, stateDirectory: dir.path })).rejects.toMatchObject({
        code: 'NETNS_FAILED',
        message: expect.stringMatching(/`ip -n \S+-1 addr add 10\.99\.0\.300\/24 .*any valid prefix is expected/),
      })
      expect((await names()).filter((name) => name?.startsWith(NAME))).toEqual([])
    })

    it('does not delete an existing namespace of the same name', async () => {
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
    it('adds it to the interface, with its broadcast address', async () => {
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

    it.each([0, 31, 32])('works with %i mask bits', async (maskBits) => {
      await using t = await start()
      expect(await take(t.node, 'eth1', '10.0.0.1', maskBits)).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual([`10.0.0.1/${maskBits}`])
      expect(await release(t.node, 'eth1', '10.0.0.1', maskBits)).toEqual(OK)
      expect(await held(t.namespace, 'eth1')).toEqual([])
    })

    it('fails when it is on the interface already', async () => {
      await using t = await start()
      await take(t.node, 'eth1', '10.0.0.1')
      expect(await take(t.node, 'eth1', '10.0.0.1')).toEqual({
        ok: false,
        // The words of the kernel differ by its version.
        output: [expect.stringMatching(/already assigned|File exists/), 'Failed to add 10.0.0.1/24 on dev eth1'],
      })
      expect(await held(t.namespace, 'eth1')).toEqual(['10.0.0.1/24'])
    })

    it('succeeds, as in Linux, with other mask bits or on another interface', async () => {
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

    it('does not interpret it as shell', async () => {
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

    it.each([false, true])(
      'adds them again only where Linux has deleted them (promoteSecondaries: %s)',
      async (promoteSecondaries) => {
        await using t = await start({ promoteSecondaries })
        for (const last of [1, 2]) await take(t.node, 'eth1', `10.0.0.${last}`)
        await settle(t.node.deleteByHand('10.0.0.1'))
        expect(await held(t.namespace, 'eth1')).toEqual(promoteSecondaries ? ['10.0.0.2/24'] : [])
      },
    )

    it('finds it on another interface and with other mask bits than CTDB believes', async () => {
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

    it('succeeds when it is on no interface', async () => {
      await using t = await start()
      expect(await release(t.node, 'eth1', '10.0.0.1')).toEqual(OK)
      expect(await release(t.node, '__none__', 'fd00::1', 64)).toEqual(OK)
    })

    it('deletes it from the first interface when it is on several', async () => {
      await using t = await start()
      for (const name of ['eth2', 'eth1']) await take(t.node, name, '10.0.0.1')
      expect(await release(t.node, 'eth2', '10.0.0.1')).toMatchObject({ ok: true, output: [expect.stringContaining('eth1')] })
      expect(await held(t.namespace, 'eth1')).toEqual([])
      expect(await held(t.namespace, 'eth2')).toEqual(['10.0.0.1/24'])
    })
  })

  it('does the same with IPv6, however the address is written', async () => {
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
    it('lets many simultaneous changes succeed, one after the other', async () => {
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

    it('lets two releases of one address succeed', async () => {
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

    it('has a time limit when another process has it; other interfaces are not affected', async () => {
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

  describe('a change from outside', () => {
    it('restarts the network with only the configured addresses', async () => {
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

    it('pulls a cable and plugs it in again, which its own end notices at once', async () => {
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

    it('adds and deletes an address by hand, or fails as `ip` does', async () => {
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

    it('prints the output of ip -j addr', async () => {
      await using t = await start()
      const { stdout } = await execa('ip', ['-n', t.namespace, '-j', 'addr'], { stripFinalNewline: false })
      expect(await settle(t.node.ipAddrJson())).toBe(stdout)
      expect(stdout.endsWith('\n')).toBe(true)
    })
  })

  describe('a firewall (a fake one)', () => {
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

    it('drops packets while an address is deleted, and not afterwards', async () => {
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

    it('also accepts packets again when the address cannot be deleted', async () => {
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

  describe('missing requirements', () => {
    afterEach(() => {
      vi.unstubAllEnvs()
      vi.restoreAllMocks()
    })

    it('are reported without root', async () => {
      vi.spyOn(process, 'geteuid').mockReturnValue(1000)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_ROOT', hint: expect.stringContaining('sudo') })
      await expect(removeNetnsLeftovers()).rejects.toMatchObject({ code: 'NETNS_ROOT' })
    })

    it('are reported without the programs', async () => {
      using dir = tempDir()
      vi.stubEnv('PATH', dir.path)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_TOOLS', hint: expect.stringContaining('iproute2') })
      writeFileSync(dir.file('ip'), '#!/bin/sh\n')
      chmodSync(dir.file('ip'), 0o755)
      await expect(start()).rejects.toMatchObject({ code: 'NETNS_TOOLS', hint: expect.stringContaining('util-linux') })
    })
  })

  it('removes the namespaces of a killed simulation, and no others', async () => {
    const dead = spawnSync('true').pid
    const left = [`ctdbts-sim-${dead}-0`, `ctdbts-sim-${dead}-switch`]
    const others = [`ctdbts-sim-${process.pid}-0`, `ctdbts-sim-${dead}-x`, `ctdbts-lab-${dead}-0`]
    for (const name of [...left, ...others]) await execa('ip', ['netns', 'add', name])
    try {
      // Not all of them need be in the result: another simulation that starts now may have removed some.
      const removed = await removeNetnsLeftovers()
      expect(removed.filter((name) => others.includes(name))).toEqual([])
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
