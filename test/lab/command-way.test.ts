import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/cli/config-file.ts'
import type { FoundWay } from '../../src/lib/host/found-ways.ts'
import { discoveryConfig } from '../../src/ui/discovery.ts'
import { ctdbts } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'

/** The processes whose command line has this text. */
const processesWith = (text: string): string[] =>
  spawnSync('pgrep', ['-f', '--', text], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((pid) => pid !== '')

/** The folders of a node that its container has, too. */
const SHARED = ['run', 'etc/ctdb', 'usr/share/ctdb', 'proc', 'dev']

/** A root folder with busybox, which has nothing that relays a socket, and with other programs. */
function rootWith(directory: string, ...programs: string[]): string {
  const root = join(directory, ['root', ...programs].join('-'))
  if (existsSync(root)) return root
  for (const folder of ['bin', ...SHARED]) mkdirSync(join(root, folder), { recursive: true })
  const placeOf = (program: string) => spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' }).stdout.trim()
  const busybox = placeOf('busybox')
  for (const program of [busybox, ...programs.map(placeOf)]) {
    copyFileSync(program, join(root, 'bin', basename(program)))
    for (const library of spawnSync('ldd', [program], { encoding: 'utf8' }).stdout.match(/\/\S+/g) ?? []) {
      mkdirSync(join(root, dirname(library)), { recursive: true })
      copyFileSync(library, join(root, library))
    }
  }
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n')
  for (const applet of applets) if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  return root
}

/** A line of shell that runs its parameters in such a root folder, with files of the machine on which it runs. */
const rooted = (root: string): string =>
  `for f in ${SHARED.join(' ')}; do mount --bind "/$f" ${root}/$f || exit; done; exec chroot ${root} "$@"`

/** Makes a cluster known by its name. */
function configure(lab: Lab, text: string): void {
  const folder = join(lab.directory, 'home/.config/ctdbts')
  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, 'config.toml'), text)
}

/** A program that runs a command on the node that its first word names. */
function writeEntrance(lab: Lab, name: string, wordsOf: (pnn: number) => readonly string[]): string {
  const path = join(lab.directory, name)
  const commands = lab.pnns.map((pnn) => `  ${pnn}) exec ${wordsOf(pnn).join(' ')} ;;\n`).join('')
  writeFileSync(path, `#!/bin/sh\nnode=$1\nshift\ncase $node in\n${commands}esac\n`, { mode: 0o755 })
  return path
}

describeOnLab('nodes reached through a command', (lab) => {
  let enter: string
  let openssh: string
  const hosts = lab.pnns.map((pnn) => `10.99.0.${pnn + 1}`).join(',')

  beforeAll(() => {
    enter = writeEntrance(lab, 'enter', (pnn) => lab.argv(pnn, ['"$@"']))
    openssh = `ssh -F ${labSsh(lab).configFile} {node}`
  })

  it('are audited as containers, by a program that enters them', async () => {
    const names = lab.pnns.join(',')
    const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, '--host', names, '--run', `${enter} {node}`)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it.each([
    ['a program that enters them', () => ['--host', lab.pnns.join(','), '--run', `${enter} {node}`]],
    ['OpenSSH', () => ['--host', hosts, '--run', openssh]],
    ['SSH', () => [...labSsh(lab).flags, '--host', '10.99.0.2']],
  ])('have their logs fetched, through %s', async (_, ways) => {
    const { stdout, stderr, status } = await lab.ctdbts(0, 'history', ...ways(), '--since', '1 hour ago')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^Logs of 3 nodes /)
    expect(stdout).toMatch(/the takeover run finished after /)
  })

  it('are audited through OpenSSH', async () => {
    const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, '--host', hosts, '--run', openssh)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it('are audited through a command on each host, over SSH', async () => {
    const ways = [...labSsh(lab).flags, '--host', hosts, '--run', 'unshare -m']
    const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, ...ways)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it.each([['ip'], ['status'], ['event', 'status', 'legacy', 'startup'], ['listnodes']])(
    'answer %s as over SSH',
    async (...argv) => {
      const ways = labSsh(lab).flags
      const { durationMs: _, ...direct } = await lab.ctdbts(0, ...argv, ...ways, '--host', '10.99.0.2')
      const { durationMs: __, ...through } = await lab.ctdbts(0, ...argv, '--host', '10.99.0.2', '--run', openssh)
      expect(through).toEqual(direct)
    },
  )

  it('may use the network of a host whose kernel is read in front of the command', async () => {
    const ways = [...labSsh(lab).flags, '--host', hosts, '--run', 'unshare -n', '--network', 'host']
    const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, ...ways)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  describe('in containers without any tool', () => {
    let bare: string

    beforeAll(() => {
      const line = `'${rooted(rootWith(lab.directory))}'`
      bare = writeEntrance(lab, 'enter-bare', (pnn) => lab.argv(pnn, ['unshare', '-m', 'sh', '-c', line, 'sh', '"$@"']))
      const nodes = lab.nodes.map(
        ({ pnn, address, holderPid }) => `[clusters.bare.nodes."${address}"]
host = "n${pnn}"
way = "command"
run = ["nsenter", "-t", "${holderPid}", "-n", "--"]
socket = "${lab.socketPath(pnn)}"
config-dir = "${lab.path(pnn, 'etc')}"
`,
      )
      const names = lab.pnns.map((pnn) => `"n${pnn}"`).join(', ')
      configure(lab, `[clusters.bare]\nhosts = [${names}]\n${nodes.join('')}`)
    })

    it('say what is missing there, and still read files', async () => {
      const ways = ['--host', '1', '--run', `${bare} {node}`]
      const { stderr, status } = await lab.ctdbts(0, 'ip', ...ways)
      expect(stderr).toMatch(
        /^ctdbts: there is none of socat, nc \(OpenBSD\) and python3 behind `.*enter-bare 1` to relay a socket\n/,
      )
      expect(status).toBe(1)
      expect((await lab.ctdbts(0, 'listnodes', ...ways)).stdout).toBe((await lab.ctdb(1, 'listnodes')).stdout)
      const audited = await lab.ctdbts(0, ...VERIFY, '--host', lab.pnns.join(), '--run', `${bare} {index}`)
      expect(audited.stdout.replaceAll(/\s+/g, ' ')).toContain('there is none of socat, nc (OpenBSD) and python3 behind')
      expect(audited.stdout).not.toContain('no daemon answers')
      expect(audited.status).toBe(3)
    })

    it('are audited by their networks, and by their sockets and files outside', async () => {
      const { stdout, stderr, status } = await lab.ctdbts(0, ...VERIFY, '--host', 'bare')
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(stdout).toMatch(/^No problem found \(3 nodes,/)
    })

    it.each([
      ['ip', 'all'],
      ['status'],
      ['event', 'status', 'legacy', 'startup'],
      ['listnodes'],
      ['natgw', 'status'],
      ['lvs', 'list'],
    ])('answer %s as the tool there', async (...argv) => {
      const { durationMs: _, ...ours } = await lab.ctdbts(0, ...argv, '--host', 'bare')
      const { durationMs: __, ...theirs } = await lab.ctdb(0, ...argv)
      expect(ours).toEqual(theirs)
    })
  })

  describe.each([['ssh2'], ['openssh']])('in containers with socat alone, on hosts that are reached with --ssh %s', (client) => {
    let ways: readonly string[]

    beforeAll(() => {
      const line = rooted(rootWith(lab.directory, 'socat'))
      const entered = `run = ["unshare", "-m", "sh", "-c", ${JSON.stringify(line)}, "sh"]`
      const addresses = lab.nodes.map(({ address }) => JSON.stringify(address)).join(', ')
      configure(lab, `[clusters.on-${client}]\nhosts = [${addresses}]\n${entered}\nnetwork = "host"\nssh = "${client}"\n`)
      ways = [...labSsh(lab).flags, '--host', `on-${client}`]
    })

    it.each([['ip'], ['status'], ['listnodes'], ['event', 'status', 'legacy', 'startup'], ['gettickles', '10.99.1.131']])(
      'answer %s as the tool on the host',
      async (...argv) => {
        const { durationMs: _, ...ours } = await lab.ctdbts(1, ...argv, ...ways)
        const { durationMs: __, ...theirs } = await lab.ctdb(0, ...argv)
        expect(ours).toEqual(theirs)
      },
    )

    it('are audited and watched', async () => {
      const { stdout, status } = await lab.ctdbts(0, ...VERIFY, ...ways)
      // There is no ctdb in the container that could say its version.
      expect(stdout).toMatch(
        /^Could not be read:\n {2}\? nodes 0, 1 and 2: .*host\.version[^?]*no problem found; 3 facts could not be read \(3 nodes,/s,
      )
      expect(status).toBe(3)
      const watched = await lab.ctdbts(0, 'watch', '--once', ...ways)
      expect(watched).toMatchObject({ stdout: expect.stringContaining('10.99.1.131'), stderr: '', status: 0 })
    })
  })

  it('are found in the service folders of cephadm, and audited by what is printed', async () => {
    const service = (pnn: number) => `/var/lib/ceph/f0e1/smb.a.node${pnn}.xyz`
    const mounts = lab.pnns.flatMap((pnn) =>
      [['run/ctdb', 'ctdb/run'] as const, ['etc', 'ctdb/etc'] as const].map(
        ([from, to]) => `mkdir -p ${service(pnn)}/${to} && mount --bind ${lab.path(pnn, from)} ${service(pnn)}/${to}`,
      ),
    )
    const host = join(lab.directory, 'ceph-host')
    const line = ['mount -t tmpfs none /var/lib', ...mounts, 'exec "$@"'].join(' && ')
    writeFileSync(host, `#!/bin/sh\nexec unshare -m sh -c '${line}' sh "$@"\n`, { mode: 0o755 })
    const { stdout } = await ctdbts(['discover', '--json', '--name', 'smb', '--run', host])
    const { hosts: found } = JSON.parse(stdout) as { hosts: { found: FoundWay[] }[] }
    // Other tests have a cluster beside this one, with the same addresses.
    const isOfNode = (pnn: number) => (way: FoundWay) => way.what.startsWith(`ctdbd (PID ${lab.daemonPid(pnn)}) `)
    const ways = lab.pnns.flatMap((pnn) => found[0]?.found.filter(isOfNode(pnn)) ?? [])
    for (const { pnn, address } of lab.nodes) {
      const way = ways.find(isOfNode(pnn))
      expect(way).toMatchObject({
        what: expect.stringContaining('in a container of cephadm, in the network namespace '),
        run: [host, 'ip', 'netns', 'exec', expect.any(String)],
        socket: `${service(pnn)}/ctdb/run/ctdbd.socket`,
        'config-dir': `${service(pnn)}/ctdb/etc`,
        privateAddress: address,
      })
    }
    using dir = tempDir()
    mkdirSync(dir.file('ctdbts'))
    writeFileSync(
      dir.file('ctdbts/config.toml'),
      discoveryConfig([{ host: undefined, ways }], { name: 'smb', sudo: false, via: undefined }),
    )
    const audited = await ctdbts([...VERIFY, '--host', 'smb'], { XDG_CONFIG_HOME: dir.path })
    expect(audited).toMatchObject({ stdout: expect.stringMatching(/^No problem found \(3 nodes,/), stderr: '', status: 0 })
  })

  it('are found by themselves', async () => {
    const { stdout } = await lab.ctdbts(0, 'discover', '--json')
    const { hosts: found } = JSON.parse(stdout) as { hosts: { found: FoundWay[] }[] }
    const ways = found.flatMap((host) => host.found)
    const wayOf = (pnn: number) => ways.find(({ what }) => what.startsWith(`ctdbd (PID ${lab.daemonPid(pnn)}) `))
    expect(wayOf(0)).toMatchObject({ what: expect.stringMatching(/on the host itself$/), privateAddress: '10.99.0.1' })
    expect(wayOf(1)).toMatchObject({ privateAddress: '10.99.0.2' })
    expect((await lab.ctdbts(0, 'pnn', '--run', wayOf(1)?.run?.join(' ') ?? '')).stdout).toBe('1\n')
  })

  it('are found as the nodes of one cluster, beside another with the same addresses', async () => {
    const { stdout } = await ctdbts(['discover'])
    const daemons = stdout.match(/^# .*: ctdbd \(PID \d+\).*\n(?:# {3}.*\n)*/gm) ?? []
    const chosen = daemons.filter((comment) => !comment.includes('left out: '))
    expect(daemons.length).toBeGreaterThan(3)
    expect(chosen).toHaveLength(3)
    const ours = lab.pnns.filter((pnn) => chosen.some((comment) => comment.includes(`(PID ${lab.daemonPid(pnn)})`)))
    expect([0, 3]).toContain(ours.length)
    expect(Object.keys(parseConfig(stdout, 'config.toml').clusters.ctdb?.nodes ?? {})).toHaveLength(3)
  })

  it('keep no process of ours, whenever ctdbts is killed', async () => {
    for (let round = 0; round < 6; round++) {
      const [program = '', ...words] = lab.argv(0, [...lab.program, ...VERIFY, '--host', hosts, '--run', openssh])
      const child = spawn(program, words, { stdio: 'ignore' })
      const ended = once(child, 'exit')
      await Promise.race([ended, sleep(200 + 300 * round)])
      child.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      await ended
    }
    await expect.poll(() => processesWith(labSsh(lab).configFile), { timeout: 60_000 }).toEqual([])
    await expect.poll(() => processesWith('ctdbts-guard'), { timeout: 60_000 }).toEqual([])
    await expect.poll(() => processesWith('ctdbts-relay'), { timeout: 60_000 }).toEqual([])
  })
})
