import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseConfig } from '../../src/cli/config-file.ts'
import type { FoundWay } from '../../src/lib/host/found-ways.ts'
import { canIsolate } from '../support/namespaces.ts'
import { ctdbts } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'

const isRoot = process.geteuid?.() === 0

/** A process that looks like a ctdbd that listens on a socket and on an address of its node. */
const DAEMON = `
const { createServer } = require('node:net')
process.title = 'ctdbd'
const [, socket, address, ready] = process.argv
createServer().listen(socket, () => createServer().listen(0, address, () => require('node:fs').writeFileSync(ready, String(process.pid))))
`

/** Starts one in mount namespaces of its own, with a folder as its /run/ctdb. */
async function containerWith(folder: string, address: string): Promise<{ pid: number }> {
  mkdirSync(folder, { recursive: true })
  const ready = `${folder}/ready`
  const mounts = 'mount -t tmpfs none /run && mkdir /run/ctdb && mount --bind "$1" /run/ctdb && shift && exec "$@"'
  const daemon = [process.execPath, '-e', DAEMON, '/run/ctdb/ctdbd.socket', address, '/run/ctdb/ready']
  const child = spawn('unshare', [isRoot ? '-m' : '-rm', 'sh', '-c', mounts, 'sh', folder, ...daemon], { stdio: 'ignore' })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  await expect.poll(() => existsSync(ready) && readFileSync(ready, 'utf8'), { timeout: 60_000 }).toMatch(/^\d+$/)
  return { pid: child.pid ?? 0 }
}

/** What is found of one process: other clusters may run on this machine. */
async function waysTo(pid: number, run: typeof ctdbts, env: Record<string, string> = {}): Promise<FoundWay[]> {
  const { stdout } = await run(['discover', '--json'], env)
  const { hosts } = JSON.parse(stdout) as { hosts: { found: FoundWay[] }[] }
  return hosts.flatMap(({ found }) => found).filter(({ what }) => what.startsWith(`ctdbd (PID ${pid}) `))
}

describe.runIf(canIsolate)('discover', () => {
  it('finds a ctdbd in namespaces, with its private address', async () => {
    using dir = tempDir()
    const { pid } = await containerWith(dir.file('run'), '127.0.0.77')
    const [way] = await waysTo(pid, ctdbts)
    expect(way).toMatchObject({ privateAddress: '127.0.0.77', network: 'host' })
    expect(way?.run?.slice(0, 1).concat(way.run.includes(String(pid)) ? 'by PID' : 'by name')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(nsenter|sh)$/)]),
    )
  })

  it('finds the container that it is in', async () => {
    using dir = tempDir()
    const { pid } = await containerWith(dir.file('run'), '127.0.0.78')
    mkdirSync(dir.file('bin'))
    const name = 'smb $(touch pwned) "x"'
    writeFileSync(dir.file('name'), name)
    const podman = `#!/bin/sh
case $1 in
  ps) echo 0123 ;;
  inspect) printf '%s %s\\n' ${pid} "$(cat "${dir.file('name')}")" ;;
esac
`
    writeFileSync(dir.file('bin/podman'), podman, { mode: 0o755 })
    const path = `${dir.file('bin')}:${process.env.PATH}`
    const [way] = await waysTo(pid, ctdbts, { PATH: path })
    expect(way).toMatchObject({ run: ['podman', 'exec', '-i', name], network: 'host' })
    const { stdout } = await ctdbts(['status', '--discover', '--name', 'prod'], { PATH: path })
    expect(stdout).toContain('podman')
    expect(parseConfig(stdout, 'config.toml').clusters).toHaveProperty('prod')
  })

  it.runIf(isRoot)('finds the socket in a folder of cephadm', async () => {
    using dir = tempDir()
    const service = '/var/lib/ceph/f0e1/smb.a.node1.xyz'
    const { pid } = await containerWith(dir.file('ctdb/run'), '127.0.0.79')
    mkdirSync(dir.file('ctdb/etc'))
    const host = `#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /var/lib && mkdir -p ${service} && mount --bind "$0" ${service} && exec "$@"' "${dir.path}" "$@"
`
    writeFileSync(dir.file('host'), host, { mode: 0o755 })
    const { stdout } = await ctdbts(['discover', '--json', '--run', dir.file('host')])
    const { hosts } = JSON.parse(stdout) as { hosts: { found: FoundWay[] }[] }
    expect(hosts[0]?.found.find(({ what }) => what.includes(`PID ${pid})`))).toEqual({
      what: `ctdbd (PID ${pid}) in a container of cephadm`,
      remarks: [],
      run: [dir.file('host')],
      socket: `${service}/ctdb/run/ctdbd.socket`,
      'config-dir': `${service}/ctdb/etc`,
      privateAddress: '127.0.0.79',
    })
  })

  it.runIf(isRoot)('does not claim to know where a ctdbd is that only root can see', async () => {
    using dir = tempDir()
    await containerWith(dir.file('run'), '127.0.0.80')
    const other = 'setpriv --reuid=65534 --regid=65534 --clear-groups'
    const { stdout, stderr, status } = await ctdbts(['discover', '--run', other])
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toBe(
      `ctdbts: ctdbd runs on the machine behind \`${other}\`, but only root can see where\n  use sudo, or --sudo with --host\n`,
    )
  })
})
