import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { generateSshKey } from '../../src/sim/serve/ssh-keys.ts'
import type { RunResult } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { privateAddress } from './harness/node-files.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { waitUntil } from './harness/wait.ts'

const USER = `ctdbts-${process.pid}`
const SUDOERS = `/etc/sudoers.d/${USER}`
/** An error message: one line that says what is wrong, and one that says what to do. */
const MESSAGE = /^ctdbts: [^\n]+\n {2}[^\n]+\n$/
const COMMANDS = ['ip', 'ip all', '-X ip', 'status', '-X status', '-n 1 ip', '-n 0 status', '-n 9 ip']

const essence = ({ stdout, stderr, status }: RunResult) => ({ stdout, stderr, status })

describeOnLab('commands with --host', (lab) => {
  const dir = tempDir()
  afterAll(() => dir[Symbol.dispose]())
  /** Runs a command on node 0, which serves as the administrator's machine. */
  const run = (...argv: string[]) => lab.ctdbts(0, ...labSsh(lab).flags, ...argv)
  /** An OpenSSH configuration: these lines, then the configuration of the lab. */
  const config = (name: string, ...lines: string[]): string => {
    const file = dir.file(name)
    writeFileSync(file, `${lines.join('\n')}\n${readFileSync(labSsh(lab).configFile, 'utf8')}`)
    return file
  }

  it.concurrent.for(COMMANDS.flatMap((command) => [1, 2].map((pnn) => [command, pnn] as const)))(
    'prints what ctdb prints there: %s on node %i',
    async ([command, pnn], { expect }) => {
      const words = command.split(' ')
      const theirs = await lab.ctdb(pnn, ...words)
      expect(essence(await run(...words, '--host', privateAddress(pnn)))).toEqual(essence(theirs))
    },
  )

  it('is not needed on a node: verify checks that node, and lists what it cannot see on the others', async () => {
    const { stdout, stderr, status } = await lab.ctdbts(2, ...VERIFY, '--json')
    expect({ stderr, status }).toEqual({ stderr: '', status: 3 })
    const { findings, unknown, nodes } = JSON.parse(stdout) as {
      findings: unknown[]
      unknown: { pnn: number; fact: string }[]
      nodes: { pnn: number; reachedBy: string | null }[]
    }
    expect(findings).toEqual([])
    expect(new Set(unknown.map(({ pnn }) => pnn))).toEqual(new Set([0, 1]))
    expect(unknown.every(({ fact }) => fact.startsWith('host.') || fact === 'leaders')).toBe(true)
    expect(nodes.map(({ reachedBy }) => reachedBy)).toEqual([null, null, 'locally'])
  })

  it('connects through the hosts that ProxyJump names', async () => {
    const file = config('jump', 'Host far', ' HostName 10.99.0.3', ' ProxyJump 10.99.0.1,10.99.0.2')
    const result = await lab.ctdbts(0, 'ip', '--ssh-config', file, '--host', 'far')
    expect(essence(result)).toEqual(essence(await lab.ctdb(2, 'ip')))
  })

  it('reads a known_hosts file with hashed names', async () => {
    const hashed = dir.file('hashed')
    writeFileSync(hashed, readFileSync(labSsh(lab).knownHosts))
    execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' })
    expect(readFileSync(hashed, 'utf8')).toMatch(/^\|1\|/)
    const file = config('hashed-config', `UserKnownHostsFile ${hashed}`)
    const result = await lab.ctdbts(0, 'ip', '--ssh-config', file, '--host', '10.99.0.2')
    expect(essence(result)).toEqual(essence(await lab.ctdb(1, 'ip')))
  })

  describe('as a user who is not root', () => {
    beforeAll(() => {
      execFileSync('useradd', ['--create-home', '--shell', '/bin/sh', USER])
      const folder = `/home/${USER}/.ssh`
      mkdirSync(folder)
      writeFileSync(`${folder}/authorized_keys`, readFileSync(`${lab.sshKeyPath}.pub`))
      execFileSync('chown', ['-R', USER, folder])
      writeFileSync(SUDOERS, `${USER} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 })
    })
    afterAll(() => {
      rmSync(SUDOERS, { force: true })
      // Its last session on sshd may not have ended yet.
      execFileSync('userdel', ['--force', '--remove', USER], { stdio: 'ignore' })
    })

    it('reports that only root can open the socket', async () => {
      const result = await run('ip', '--host', `${USER}@10.99.0.2`)
      expect(essence(result)).toEqual({ stdout: '', stderr: expect.stringMatching(MESSAGE), status: 1 })
      expect(result.stderr).toContain('--sudo')
    })

    it('becomes root with sudo, and shows the route with -v', async () => {
      expect(essence(await run('ip', '--sudo', '--host', `${USER}@10.99.0.2`))).toEqual(essence(await lab.ctdb(1, 'ip')))
      const { stderr } = await run('ip', '-v', '--sudo', '--host', `${USER}@10.99.0.2`)
      expect(stderr).toMatch(/^ctdbts: 10\.99\.0\.2: \/run\/ctdb\/ctdbd\.socket through (socat|nc|python3), as root/m)
    })

    it('audits the whole cluster with sudo', async () => {
      const result = await run(...VERIFY, '--sudo', '--host', `${USER}@10.99.0.2`)
      expect(essence(result)).toEqual({ stdout: expect.stringMatching(/^No problem found \(3 nodes/), stderr: '', status: 0 })
    })

    it('reports what it cannot see without sudo', async () => {
      const { stdout, status } = await run(...VERIFY, '--host', `${USER}@10.99.0.2`)
      expect({ stdout, status }).toEqual({
        stdout: expect.stringMatching(/^Could not be read:[\s\S]*To do: [^?]*--sudo/),
        status: 3,
      })
    })
  })

  describe('when sshd does not forward sockets', () => {
    const rewrite = async (change: (text: string) => string) => {
      const path = lab.path(1, 'etc/sshd_config')
      writeFileSync(path, change(readFileSync(path, 'utf8')))
      const pid = readFileSync(lab.path(1, 'run/sshd.pid'), 'utf8').trim()
      process.kill(Number(pid), 'SIGHUP')
      // sshd restarts itself, and writes its process id when it listens again.
      await waitUntil('sshd listens again', async () => {
        const { status } = await lab.exec(1, ['nc', '-z', '10.99.0.2', '22'])
        return status === 0 ? undefined : 'it does not'
      })
    }
    beforeAll(() => rewrite((text) => `AllowStreamLocalForwarding no\n${text}`))
    afterAll(() => rewrite((text) => text.replace('AllowStreamLocalForwarding no\n', '')))

    it('connects through a command on the node', async () => {
      expect(essence(await run('ip', '--host', '10.99.0.2'))).toEqual(essence(await lab.ctdb(1, 'ip')))
      const { stderr } = await run('status', '-v', '--host', '10.99.0.2')
      expect(stderr).toMatch(/ctdbd\.socket through (socat|nc|python3)/)
    })

    it('audits that node like the others', async () => {
      expect(essence(await run(...VERIFY, '--host', '10.99.0.1'))).toMatchObject({ stderr: '', status: 0 })
    })
  })

  describe('when the host cannot be trusted or reached', () => {
    const other = generateSshKey().publicKey
    const hostKey = () => readFileSync(labSsh(lab).knownHosts, 'utf8').split('\n')[0]?.split(' ').slice(1).join(' ')
    const withKnown = (name: string, ...lines: string[]) => {
      writeFileSync(dir.file(name), `${lines.join('\n')}\n`)
      return config(`${name}-config`, `UserKnownHostsFile ${dir.file(name)}`)
    }
    const refused = async (file: string, ...argv: string[]) => {
      const { durationMs, ...result } = await lab.ctdbts(0, 'ip', '--ssh-config', file, '--host', '10.99.0.2', ...argv)
      expect(result).toEqual({ stdout: '', stderr: expect.stringMatching(MESSAGE), status: expect.any(Number) })
      return { ...result, durationMs }
    }
    afterEach(async () => {
      await lab.exec(1, ['iptables', '-F', 'INPUT'])
    })

    it('rejects an unknown key, and shows its fingerprint and what to do', async () => {
      const { stderr, status } = await refused(withKnown('none', '# nobody'))
      expect(stderr).toMatch(/SHA256:[\w+/]{43}/)
      expect(stderr).toContain('--accept-new')
      expect(status).toBe(126)
    })

    it('saves an unknown key with --accept-new', async () => {
      const file = withKnown('learning', '# nobody')
      const result = await lab.ctdbts(0, 'ip', '--ssh-config', file, '--host', '10.99.0.2', '--accept-new')
      expect(result).toMatchObject({ stdout: (await lab.ctdb(1, 'ip')).stdout, status: 0 })
      expect(result.stderr).toContain('added the new ')
      expect(readFileSync(dir.file('learning'), 'utf8')).toContain(`10.99.0.2 ${hostKey()}`)
      expect((await lab.ctdbts(0, 'ip', '--ssh-config', file, '--host', '10.99.0.2')).status).toBe(0)
    })

    it('rejects a changed key, even with --accept-new', async () => {
      const file = withKnown('changed', `10.99.0.2 ${other}`)
      const { stderr, status } = await refused(file, '--accept-new')
      expect(stderr).toContain(`${dir.file('changed')}`)
      expect(status).toBe(128)
    })

    it('rejects a revoked key', async () => {
      const { stderr, status } = await refused(withKnown('revoked', `10.99.0.2 ${hostKey()}`, `@revoked * ${hostKey()}`))
      expect(stderr).toContain('revoked')
      expect(status).toBe(128)
    })

    it('names the keys that sshd refused', async () => {
      const stranger = generateSshKey()
      writeFileSync(dir.file('stranger'), stranger.privateKey, { mode: 0o600 })
      const file = dir.file('stranger-config')
      writeFileSync(
        file,
        `IdentityFile ${dir.file('stranger')}\nIdentitiesOnly yes\nUserKnownHostsFile ${labSsh(lab).knownHosts}\n`,
      )
      const { stderr, status } = await refused(file)
      expect(stderr).toContain(dir.file('stranger'))
      expect(status).toBe(13)
    })

    it('reports that nothing listens on a port', async () => {
      const result = await run('ip', '--host', '10.99.0.2:2222')
      expect(essence(result)).toEqual({ stdout: '', stderr: expect.stringMatching(MESSAGE), status: 111 })
    })

    it('gives up at the time limit on a host that drops packets', async () => {
      await lab.must(1, 'iptables', '-I', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'DROP')
      const { stderr, status, durationMs } = await refused(labSsh(lab).configFile, '--connect-timeout', '2')
      expect(stderr).toContain('2 s')
      expect(status).toBe(110)
      expect(durationMs).toBeLessThan(5_000)
    })

    it('gives up at the time limit on an sshd that hangs', async () => {
      const pid = Number(readFileSync(lab.path(1, 'run/sshd.pid'), 'utf8'))
      process.kill(pid, 'SIGSTOP')
      try {
        const { stderr, durationMs } = await refused(labSsh(lab).configFile, '--connect-timeout', '2')
        expect(stderr).toContain('2 s')
        expect(durationMs).toBeLessThan(5_000)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    })

    it('audits the other nodes when one cannot be reached, and reports that', async () => {
      await lab.must(1, 'iptables', '-I', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'DROP')
      const { stdout, stderr, status } = await run(...VERIFY, '--connect-timeout', '2', '--host', '10.99.0.1')
      expect({ stderr, status }).toEqual({ stderr: '', status: 3 })
      expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
        /\? node 1: no answer from 10\.99\.0\.2 \(10\.99\.0\.2, port 22\) within 2 s: /,
      )
      expect(stdout).toMatch(/no problem found; \d+ facts could not be read \(3 nodes/)
    })
  })
})
