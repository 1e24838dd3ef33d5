import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FoundWay } from '../../src/lib/host/found-ways.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'

/** The processes whose command line has this text. */
const processesWith = (text: string): string[] =>
  spawnSync('pgrep', ['-f', '--', text], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((pid) => pid !== '')

/** A root folder with busybox alone, which has nothing that relays a socket. */
function bareRoot(directory: string): string {
  const root = join(directory, 'bare')
  const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim()
  const libraries = spawnSync('ldd', [busybox], { encoding: 'utf8' }).stdout.match(/\/\S+/g) ?? []
  for (const folder of ['bin', 'run', 'etc/ctdb', 'proc', 'dev']) mkdirSync(join(root, folder), { recursive: true })
  for (const library of libraries) {
    mkdirSync(join(root, dirname(library)), { recursive: true })
    copyFileSync(library, join(root, library))
  }
  copyFileSync(busybox, join(root, 'bin/busybox'))
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n')
  for (const applet of applets) if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  return root
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
      const root = bareRoot(lab.directory)
      const mounts = `'for f in run etc/ctdb proc dev; do mount --bind /$f ${root}/$f; done; exec chroot ${root} "$@"'`
      bare = writeEntrance(lab, 'enter-bare', (pnn) => lab.argv(pnn, ['unshare', '-m', 'sh', '-c', mounts, 'sh', '"$@"']))
      const config = join(lab.directory, 'home/.config/ctdbts')
      mkdirSync(config, { recursive: true })
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
      writeFileSync(join(config, 'config.toml'), `[clusters.bare]\nhosts = [${names}]\n${nodes.join('')}`)
    })

    it('say what is missing there, and still read files', async () => {
      const ways = ['--host', '1', '--run', `${bare} {node}`]
      const { stderr, status } = await lab.ctdbts(0, 'ip', ...ways)
      expect(stderr).toMatch(
        /^ctdbts: there is none of socat, nc \(OpenBSD\) and python3 behind `.*enter-bare 1` to relay a socket\n/,
      )
      expect(status).toBe(1)
      expect((await lab.ctdbts(0, 'listnodes', ...ways)).stdout).toBe((await lab.ctdb(1, 'listnodes')).stdout)
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

  it('are found by themselves', async () => {
    const { stdout } = await lab.ctdbts(0, 'discover', '--json')
    const { hosts: found } = JSON.parse(stdout) as { hosts: { found: FoundWay[] }[] }
    const ways = found.flatMap((host) => host.found)
    const wayOf = (pnn: number) => ways.find(({ what }) => what.startsWith(`ctdbd (PID ${lab.daemonPid(pnn)}) `))
    expect(wayOf(0)).toMatchObject({ what: expect.stringMatching(/on the host itself$/), privateAddress: '10.99.0.1' })
    expect(wayOf(1)).toMatchObject({ privateAddress: '10.99.0.2' })
    expect((await lab.ctdbts(0, 'pnn', '--run', wayOf(1)?.run?.join(' ') ?? '')).stdout).toBe('1\n')
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
