import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { lackingIn } from '../../../src/lib/host/capabilities.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { collectHostFacts } from '../../../src/transport/host/collect.ts'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { machine, SHELLS, works } from '../../support/node-shells.ts'
import { tempDir } from '../../support/temp-dir.ts'

const isRoot = process.geteuid?.() === 0
const hasNamespaces = isRoot && works('unshare', '--net', 'true') && works('iptables', '-S') && works('ip6tables', '-S')
if (!hasNamespaces)
  process.stderr.write('\nThe tests of host facts in a network namespace are SKIPPED: they need root, ip, iptables\n')
if (!isRoot) process.stderr.write('\nThe tests of host facts as another user are SKIPPED: they need root\n')

/** What it tells, but for the event daemon. */
async function look(
  access: HostAccess,
  base: string | undefined,
): Promise<{ facts: Partial<HostFacts>; missing: Record<string, string> }> {
  const { facts, missing } = await collectHostFacts(access, { timeoutMs: 20_000, base, eventSockets: ['/nowhere/eventd.socket'] })
  const reasons = missing.filter(({ fact }) => fact !== 'host.events').map(({ fact, code }) => [fact, code])
  return { facts, missing: Object.fromEntries(reasons) }
}

const executable = (path: string): void => writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 })

/** Would be made by whoever takes what is in a file or a name for shell. */
const bait = (dir: { file(name: string): string }): string => dir.file('pwned')

/** A configuration folder with a hostile name, in which everything is hostile. */
function hostileBase(dir: { file(name: string): string }) {
  const touch = `$(touch ${bait(dir)})`
  const base = dir.file(`it's a "base" \`id\` \\n $(touch pwned) ; *`)
  const scripts = join(base, 'events/legacy')
  mkdirSync(scripts, { recursive: true })
  const forged = `\n${'0'.repeat(32)} end publicaddresses 0\n\n${'0'.repeat(32)} begin drops 9\n`
  const publicAddresses = `10.0.0.1/24 eth0\n${touch}${forged}\`touch ${bait(dir)}\` no newline at the end`
  writeFileSync(join(base, 'public_addresses'), publicAddresses)
  writeFileSync(join(base, 'nodes'), Buffer.from([0, 1, 0xff, 0xfe, 0x0a, 0x1b, 0x5b, 0x0d, 0x0a, 0x0a]))
  writeFileSync(join(base, 'ctdb.conf'), Buffer.alloc(10 << 20, 'x'))
  const names = ['11.a\nb', '12.\x1b[31mred', '13.$(touch pwned)', "14.it's", '15. %s \\000 "', '16.-x']
  for (const name of names) executable(join(scripts, `${name}.script`))
  executable(join(base, 'real'))
  symlinkSync(join(base, 'real'), join(scripts, '10.interface.script'))
  symlinkSync(join(base, 'gone'), join(scripts, '17.dangling.script'))
  writeFileSync(join(scripts, '18.disabled.script'), '')
  mkdirSync(join(scripts, '19.folder.script'))
  for (const other of ['README', 'x.script', '20.other', '.21.hidden.script']) executable(join(scripts, other))
  mkdirSync(join(scripts, 'sub'))
  executable(join(scripts, 'sub/22.deep.script'))
  return { base, publicAddresses, enabledScripts: ['10.interface', ...names] }
}

/** A machine with a Samba that was built from source, beside an empty configuration that a package has left. */
function sourceBuild() {
  const dir = tempDir()
  const homes = {
    '/etc/ctdb': dir.file('etc'),
    '/run/ctdb': dir.file('run'),
    '/var/log': dir.file('log'),
    '/usr/local/samba/etc/ctdb': dir.file('samba'),
    '/usr/local/samba/var/run/ctdb': dir.file('samba-run'),
    '/usr/local/samba/var/log': dir.file('samba-log'),
  }
  for (const folder of Object.values(homes)) mkdirSync(folder)
  writeFileSync(join(homes['/etc/ctdb'], 'ctdb.conf'), '# nothing\n')
  writeFileSync(join(homes['/usr/local/samba/etc/ctdb'], 'nodes'), '10.0.0.1\n')
  const log = join(homes['/usr/local/samba/var/log'], 'log.ctdb')
  writeFileSync(log, 'starting\nit ends\n')
  const moved = (text: string) =>
    Object.entries(homes).reduce((changed, [from, to]) => changed.replaceAll(new RegExp(`(?<![\\w/])${from}\\b`, 'g'), to), text)
  return {
    packaged: homes['/etc/ctdb'],
    log,
    /** Its files, seen through another machine. */
    on: (host: HostAccess): HostAccess => ({ ...host, exec: (argv, limits) => host.exec(argv.map(moved) as [string], limits) }),
    /** Starts a process that looks like its ctdbd. */
    run: async () => {
      copyFileSync('/bin/sleep', dir.file('ctdbd'))
      const child = spawn(dir.file('ctdbd'), ['60'], { stdio: 'ignore' })
      await once(child, 'spawn')
      writeFileSync(join(homes['/usr/local/samba/var/run/ctdb'], 'ctdbd.pid'), `${child.pid}\n`)
      return {
        [Symbol.asyncDispose]: async () => {
          child.kill()
          await once(child, 'exit')
        },
      }
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  }
}

/** A process that has locked the first byte of a file, as CTDB does. */
async function holding(path: string): Promise<AsyncDisposable> {
  const script =
    'import fcntl, sys, time; f = open(sys.argv[1], "r+"); fcntl.lockf(f, fcntl.LOCK_EX, 1); print(flush=True); time.sleep(60)'
  const child = spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** A namespace that the tests of all shells only read. */
let shared: Awaited<ReturnType<typeof busyNamespace>>
beforeAll(async () => {
  if (hasNamespaces) shared = await busyNamespace()
})
afterAll(async () => await shared?.[Symbol.asyncDispose]())

describe.each(SHELLS.map((shell) => ({ line: shell.join(' '), shell })))('a machine whose shell is $line', ({ shell }) => {
  it('reports its files, whatever their content, and executes none of it', async () => {
    using dir = tempDir()
    const { base, publicAddresses, enabledScripts } = hostileBase(dir)
    const { facts, missing } = await look(machine(shell), base)
    expect(facts).toMatchObject({ publicAddressesFile: publicAddresses, enabledScripts })
    expect(facts.nodesFile).toBe('\0\x01\ufffd\ufffd\n\x1b[\r\n\n')
    expect(facts).not.toHaveProperty('configFile')
    expect(missing).toMatchObject({ 'host.configFile': 'HOST_TOO_LONG' })
    expect(existsSync(bait(dir))).toBe(false)
    expect(readdirSync(dir.path)).toHaveLength(1)
  })

  it.runIf(hasNamespaces)('reports its files, and the network of the kernel that has the addresses', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('nodes'), '10.0.0.1\n')
    const elsewhere = machine(shell, ['unshare', '--net'])
    const { facts } = await look({ ...machine(shell), kernel: elsewhere }, dir.path)
    expect(facts).toMatchObject({ nodesFile: '10.0.0.1\n', addresses: [], links: [{ name: 'lo', up: false }], drops: [] })
    expect(facts.promoteSecondaries).toEqual([])
  })

  it('reports missing files, and does not read folders as files', async () => {
    using dir = tempDir()
    mkdirSync(dir.file('nodes'))
    const { facts, missing } = await look(machine(shell), dir.path)
    expect(facts).toMatchObject({ publicAddressesFile: null, configFile: null })
    expect(missing).toMatchObject({ 'host.nodesFile': 'HOST_UNREADABLE', 'host.enabledScripts': 'HOST_UNREADABLE' })
  })

  it('finds the configuration where builds from source have it, and the end of the log there', async () => {
    using place = sourceBuild()
    expect((await look(place.on(machine(shell)), undefined)).facts).toMatchObject({
      nodesFile: '10.0.0.1\n',
      lastLog: { place: place.log, lines: ['starting', 'it ends'] },
    })
  })

  it('prefers the configuration of a ctdbd that runs to one that was left behind, and does not read its log', async () => {
    using place = sourceBuild()
    writeFileSync(join(place.packaged, 'nodes'), '10.9.9.9\n')
    expect((await look(place.on(machine(shell)), undefined)).facts.nodesFile).toBe('10.9.9.9\n')
    await using _ = await place.run()
    const { facts } = await look(place.on(machine(shell)), undefined)
    expect(facts.nodesFile).toBe('10.0.0.1\n')
    expect(facts.lastLog).toBeUndefined()
  })

  it('reports what the ctdbd that runs may not do, if the configuration is its own', async () => {
    using place = sourceBuild()
    await using _ = await place.run()
    const { facts } = await look(place.on(machine(shell)), undefined)
    expect(facts.lacking).toEqual(lackingIn(readFileSync('/proc/self/status', 'utf8').replaceAll('\t', ' ')))
    expect((await look(place.on(machine(shell)), place.packaged)).facts.lacking).toBeUndefined()
  })

  it('reads tunables, those of a folder in alphabetical order, where no ctdbd runs', async () => {
    using dir = tempDir()
    const tunables = async () => (await look(machine(shell), dir.path)).facts.tunablesFiles
    expect(await tunables()).toEqual({ file: null, directory: '' })
    writeFileSync(dir.file('ctdb.tunables'), 'MonitorInterval=20\n')
    mkdirSync(dir.file('tunables.d'))
    for (const name of ['b.tunables', 'a.tunables', 'c']) writeFileSync(join(dir.file('tunables.d'), name), `${name}=1`)
    expect(await tunables()).toEqual({ file: 'MonitorInterval=20\n', directory: 'a.tunables=1\nb.tunables=1\n' })
  })

  it('reads the end of the log where ctdb.conf says that it is', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('ctdb.conf'), `[logging]\n\tlocation = file:${dir.file('a log')}\n`)
    expect((await look(machine(shell), dir.path)).facts.lastLog).toBeUndefined()
    const long = 'x'.repeat(1_000)
    writeFileSync(
      dir.file('a log'),
      `${Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join('')}\n\x1b[31m$(id)\n${long}\n`,
    )
    const { lastLog } = (await look(machine(shell), dir.path)).facts
    expect(lastLog?.place).toBe(dir.file('a log'))
    expect(lastLog?.lines.slice(-3)).toEqual(['line 19', '\x1b[31m$(id)', long.slice(0, 300)])
    expect(lastLog?.lines).toHaveLength(9)
  })

  it('says nothing of event scripts that are links into a folder of a container, which is seen from outside', async () => {
    using dir = tempDir()
    const scripts = dir.file('etc/events/legacy')
    mkdirSync(scripts, { recursive: true })
    executable(dir.file('one'))
    symlinkSync(dir.file('one'), join(scripts, '00.one.script'))
    symlinkSync(dir.file('gone'), join(scripts, '01.gone.script'))
    expect((await look(machine(shell), dir.file('etc'))).facts.enabledScripts).toEqual(['00.one'])
    symlinkSync('/nowhere/share/ctdb/10.interface.script', join(scripts, '10.interface.script'))
    const { facts, missing } = await look(machine(shell), dir.file('etc'))
    expect(facts).not.toHaveProperty('enabledScripts')
    expect(missing).toMatchObject({ 'host.enabledScripts': 'HOST_UNREADABLE' })
  })

  it('reports the file of the cluster lock behind its links, and who has locked it', async () => {
    using dir = tempDir()
    mkdirSync(dir.file('real'))
    const path = dir.file('real/lock')
    writeFileSync(path, '')
    symlinkSync(dir.file('real'), dir.file('a link'))
    symlinkSync('lock', dir.file('real/other'))
    const { dev, ino } = statSync(path)
    await using _ = await holding(path)
    const lines = ['recovery lock = /old', `  cluster  lock =\t${dir.file('a link')}/other \t`, '# cluster lock = /comment', 'x']
    writeFileSync(dir.file('ctdb.conf'), `[cluster]\n${lines.join('\n')}\n`)
    const { facts, missing } = await look(machine(shell), dir.path)
    expect(missing).not.toHaveProperty('host.lock')
    expect(facts.lock).toMatchObject({
      setting: `${dir.file('a link')}/other`,
      place: {
        bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        file: { device: `${Math.floor(dev / 256) % 4096}:${dev % 256}`, inode: String(ino), isRegular: true },
        hasFolder: true,
        mount: { type: expect.stringMatching(/^[a-z0-9.]+$/), source: expect.any(String) },
        holders: [{ pid: expect.any(Number), name: 'python3' }],
      },
    })
  })

  it('reports a cluster lock of which there is nothing, and writes nothing', async () => {
    using dir = tempDir()
    const lockOf = async (lock: string) => {
      writeFileSync(dir.file('ctdb.conf'), lock === '' ? '[cluster]\n' : `[cluster]\n cluster lock = ${lock}\n`)
      return (await look(machine(shell), dir.path)).facts.lock
    }
    expect(await lockOf('')).toEqual({ setting: '' })
    expect(await lockOf(dir.file('lock'))).toMatchObject({ place: { file: null, hasFolder: true, holders: [] } })
    expect(await lockOf(dir.file('no/lock'))).toMatchObject({ place: { file: null, hasFolder: false } })
    expect(await lockOf(dir.path)).toMatchObject({ place: { file: { isRegular: false } } })
    expect(await lockOf(`${bait(dir)}; touch ${bait(dir)} $(touch ${bait(dir)}) *`)).toMatchObject({ place: { file: null } })
    expect(await lockOf('!/bin/sh -c x')).toEqual({ setting: '!/bin/sh -c x' })
    expect(await lockOf('!/no/such/helper * x')).toEqual({ setting: '!/no/such/helper * x', isHelperAbsent: true })
    expect(await lockOf('!/no/ctdb_mutex_fcntl_helper /lock')).toMatchObject({ isHelperAbsent: true, place: { file: null } })
    expect(await lockOf('relative')).toEqual({ setting: 'relative' })
    rmSync(dir.file('ctdb.conf'))
    expect((await look(machine(shell), dir.path)).facts.lock).toEqual({ setting: '' })
    expect(readdirSync(dir.path)).toEqual([])
  })

  it('waits for one look at the cluster lock at a time, and does not begin another while that hangs', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('ctdb.conf'), `[cluster]\n cluster lock = ${dir.file('lock')}\n`)
    const hanging = spawn('sh', ['-c', 'exec 9<"$0" && flock 9 && echo && exec sleep 60', dir.file('ctdb.conf')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(hanging.stdout, 'data')
    try {
      expect((await look(machine(shell), dir.path)).missing).toMatchObject({ 'host.lock': 'HOST_UNREADABLE' })
    } finally {
      hanging.kill()
      await once(hanging, 'exit')
    }
    expect((await look(machine(shell), dir.path)).missing).not.toHaveProperty('host.lock')
  })

  it('does not wait for a pipe that nobody writes to', async () => {
    using dir = tempDir()
    spawnSync('sh', ['-c', 'mkfifo "$0"', dir.file('nodes')])
    symlinkSync('/dev/zero', dir.file('ctdb.conf'))
    const { facts, missing } = await look(machine(shell), dir.path)
    expect(facts.publicAddressesFile).toBeNull()
    expect(missing).toMatchObject({ 'host.nodesFile': 'HOST_UNREADABLE', 'host.configFile': 'HOST_UNREADABLE' })
  })

  it('reports its host name and its addresses', async () => {
    using dir = tempDir()
    const { facts } = await look(machine(shell), dir.path)
    expect(facts.hostname).toBe(spawnSync('uname', ['-n']).stdout.toString().trim())
    expect(facts.links).toContainEqual({ name: 'lo', up: true, carrier: true, altnames: [], isBond: false })
    expect(facts.addresses).toContainEqual({
      address: '127.0.0.1',
      maskBits: 8,
      interfaceName: 'lo',
      secondary: false,
      scope: 'host',
      dynamic: false,
      tentative: false,
      dadFailed: false,
      validSeconds: null,
    })
  })

  it.skipIf(!hasNamespaces)('reports the state of its kernel', async () => {
    using dir = tempDir()
    const { facts, missing } = await look(machine(shell, shared.through), dir.path)
    expect(missing).not.toHaveProperty('host.addresses')
    const kinds = facts.addresses?.map(({ interfaceName, address, secondary, dynamic, tentative, dadFailed, validSeconds }) => {
      const marks = Object.entries({ secondary, dynamic, tentative, dadFailed }).flatMap(([name, is]) => (is ? [name] : []))
      return [
        interfaceName,
        address,
        ...marks,
        ...(validSeconds === null ? [] : [validSeconds > 900 ? 'limited' : 'short']),
      ].join(' ')
    })
    expect(kinds?.filter((kind) => !/ fe80:|^lo /.test(kind)).toSorted()).toEqual([
      'va 10.1.0.1',
      'va 10.1.0.2 secondary',
      'va 10.1.0.3 secondary dynamic limited',
      'va fd01::1',
      'va fd02::1 tentative',
      'vb fd01::1 dadFailed',
    ])
    expect(facts.links?.map(({ name }) => name)).toEqual(expect.arrayContaining(['va', 'vb', 'down', ...HOSTILE_INTERFACES]))
    expect(facts.links?.find(({ name }) => name === 'va')).toMatchObject({ up: true, carrier: true, isBond: false })
    expect(facts.links?.find(({ name }) => name === 'down')).toMatchObject({ up: false, carrier: false })
    expect(facts.promoteSecondaries?.toSorted()).toEqual(['..x', 'a"b$(x)', 'vb'])
    expect(facts.drops).toEqual([
      { interfaceName: 'va', address: '10.1.0.2' },
      { interfaceName: 'a"b$(x)', address: '10.1.0.3' },
      { interfaceName: 'va', address: 'fd01::1' },
    ])
    expect(facts.nonlocalBind).toEqual({ ipv4: true, ipv6: false })
    expect(readdirSync(dir.path)).toEqual([])
  })
})

/** Linux takes all but spaces, slashes, colons and percent signs. */
const HOSTILE_INTERFACES = ['a"b$(x)', "a'b;c|d", '..x', 'a\x1b[31mb', '`id`-', 'a\\nb', '"},{"']

interface Namespace extends AsyncDisposable {
  /** The command that runs another in it. */
  readonly through: readonly string[]
}

/** A network namespace with a pair of interfaces, of which `va` has a primary and a secondary address. */
async function namespaceWithSecondary(): Promise<Namespace> {
  const name = `ctdbts-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`
  const through = ['ip', 'netns', 'exec', name]
  const run = (...argv: string[]) => execa('ip', ['netns', 'exec', name, ...argv])
  await execa('ip', ['netns', 'add', name])
  const namespace = { through, [Symbol.asyncDispose]: async () => void (await execa('ip', ['netns', 'delete', name])) }
  try {
    await setting(through, 'ipv4/conf/all/promote_secondaries', '0')
    await setting(through, 'ipv4/conf/default/promote_secondaries', '0')
    await run('ip', 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb')
    for (const one of ['lo', 'va', 'vb']) await run('ip', 'link', 'set', one, 'up')
    await run('ip', 'addr', 'add', '10.1.0.1/24', 'dev', 'va')
    await run('ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'va')
    return namespace
  } catch (error) {
    await namespace[Symbol.asyncDispose]()
    throw error
  }
}

const setting = (through: readonly string[], key: string, value: string) =>
  execa('ip', [...through.slice(1), 'tee', `/proc/sys/net/${key}`], { input: value })

/** A network namespace with all that is looked at in a kernel. */
async function busyNamespace(): Promise<Namespace> {
  const namespace = await namespaceWithSecondary()
  const [, ...within] = namespace.through
  const run = (...argv: string[]) => execa('ip', [...within, ...argv])
  const set = (key: string, value: string) => setting(namespace.through, key, value)
  try {
    await set('ipv4/ip_nonlocal_bind', '1')
    for (const one of [...HOSTILE_INTERFACES, 'down']) await run('ip', 'link', 'add', 'name', one, 'type', 'bridge')
    await run('ip', 'addr', 'add', '10.1.0.3/24', 'dev', 'va', 'valid_lft', '100000', 'preferred_lft', '50000')
    await run('ip', 'addr', 'add', 'fd01::1/64', 'dev', 'va', 'nodad')
    await run('ip', 'addr', 'add', 'fd01::1/64', 'dev', 'vb')
    for (const one of ['vb', '..x', 'a"b$(x)']) await set(`ipv4/conf/${one}/promote_secondaries`, '1')
    await run('iptables', '-A', 'INPUT', '-i', 'va', '-d', '10.1.0.2', '-j', 'DROP')
    await run('iptables', '-A', 'INPUT', '-i', 'a"b$(x)', '-d', '10.1.0.3', '-j', 'DROP')
    await run('ip6tables', '-A', 'INPUT', '-i', 'va', '-d', 'fd01::1', '-j', 'DROP')
    const others = [
      '-s 10.9.9.9 -i va -d 10.1.0.1',
      '-i va',
      '-d 10.1.0.1',
      '-i va+ -d 10.1.0.1',
      '-i va -d 10.1.0.0/24',
      '! -i va -d 10.1.0.1',
    ]
    for (const rule of others) await run('iptables', '-A', 'INPUT', ...rule.split(' '), '-j', 'DROP')
    await run('iptables', '-A', 'INPUT', '-i', 'va', '-d', '10.1.0.1', '-j', 'ACCEPT')
    // It takes the kernel about two seconds to find out; one that has just come is still looked at then.
    const failed = async () => (await run('ip', '-j', 'addr', 'show', 'dev', 'vb')).stdout.includes('dadfailed')
    await vi.waitUntil(failed, { timeout: 10_000 })
    // The kernel counts them in 8 bits.
    await set('ipv6/conf/va/dad_transmits', '250')
    await run('ip', 'addr', 'add', 'fd02::1/64', 'dev', 'va')
    return namespace
  } catch (error) {
    await namespace[Symbol.asyncDispose]()
    throw error
  }
}

describe('a secondary address', () => {
  // What IN_DEV_PROMOTE_SECONDARIES in the kernel does, seen from outside.
  it.skipIf(!hasNamespaces).each([
    { all: '0', own: '0', stays: false },
    { all: '0', own: '1', stays: true },
    { all: '1', own: '0', stays: true },
  ])('with all=$all and the interface=$own stays when the primary one goes: $stays', async ({ all, own, stays }) => {
    using dir = tempDir()
    await using namespace = await namespaceWithSecondary()
    const [, ...within] = namespace.through
    const run = (line: string) => execa('ip', [...within, ...line.split(' ')])
    await setting(namespace.through, 'ipv4/conf/all/promote_secondaries', all)
    await setting(namespace.through, 'ipv4/conf/va/promote_secondaries', own)
    const { facts } = await look(machine(['sh'], namespace.through), dir.path)
    await run('ip addr del 10.1.0.1/24 dev va')
    const left = (await run('ip -4 addr show dev va')).stdout.includes('10.1.0.2')
    expect({ left, told: facts.promoteSecondaries?.includes('va') }).toEqual({ left: stays, told: stays })
  })
})

describe('a user without permission', () => {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

  it.skipIf(!isRoot)('to enter the configuration folder gets an error, not empty results', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('nodes'), '10.0.0.1\n')
    const { facts, missing } = await look(machine(['sh'], nobody), dir.path)
    expect(facts.hostname).toBeTruthy()
    expect(missing).toMatchObject({
      'host.nodesFile': 'HOST_UNREADABLE',
      'host.publicAddressesFile': 'HOST_UNREADABLE',
      'host.enabledScripts': 'HOST_UNREADABLE',
      'host.drops': 'HOST_UNREADABLE',
    })
  })

  it.skipIf(!isRoot)('to run a script still sees it as enabled, because root runs it', async () => {
    using dir = tempDir()
    chmodSync(dir.path, 0o755)
    mkdirSync(dir.file('events/legacy'), { recursive: true })
    writeFileSync(dir.file('events/legacy/10.interface.script'), '', { mode: 0o700 })
    writeFileSync(dir.file('events/legacy/11.off.script'), '', { mode: 0o600 })
    const { facts } = await look(machine(['sh'], nobody), dir.path)
    expect(facts.enabledScripts).toEqual(['10.interface'])
  })
})
