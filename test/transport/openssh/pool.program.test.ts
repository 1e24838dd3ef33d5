import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { HostAccess } from '../../../src/transport/host-access.ts'
import { parseSshTarget } from '../../../src/transport/ssh/target.ts'
import { bed, hasOpenssh } from './bed.ts'

const MEGABYTE = 1 << 20
const LIMITS = { timeoutMs: 20_000, maxBytes: MEGABYTE }

const failure = (code: string, message: string, exitStatus = 1) =>
  expect.objectContaining({ code, exitStatus, hint: expect.any(String), message: expect.stringContaining(message) })

const target = (name: string) => parseSshTarget(name)

async function echoes(machine: HostAccess, path: string, size = MEGABYTE): Promise<void> {
  const bytes = randomBytes(size)
  const stream = await machine.connect(['/run/no-such-socket', path])
  const [back] = await Promise.all([buffer(stream), stream.end(bytes)])
  expect(back.equals(bytes)).toBe(true)
}

describe.runIf(hasOpenssh)('a host by OpenSSH', () => {
  it('runs commands and forwards sockets, on one connection', async () => {
    const { sshd, name, pool, echo, notices, file } = bed()
    name('node1', await sshd())
    const hosts = pool()
    const [machine, again] = await Promise.all([hosts.connect(target('node1')), hosts.connect(target('node1'))])
    expect(again).toBe(machine)
    const words = ['sh', '-c', 'echo "$1"; echo err >&2; exit 5', 'x', "it's  $HOME"] as const
    const { exitStatus, stdout, stderr } = await machine.exec(words, LIMITS)
    expect([exitStatus, stdout.toString(), stderr]).toEqual([5, "it's  $HOME\n", 'err\n'])
    expect((await machine.exec(['sh', '-c', 'exit 255'], LIMITS)).exitStatus).toBe(255)
    const path = await echo('s')
    await echoes(machine, path)
    await Promise.all([echoes(machine, path), echoes(machine, path)])
    expect(new Set(notices)).toEqual(new Set([`node1: ${path} by stream-local forwarding`]))
    expect(hosts.opened).toBe(1)
    hosts.close()
    await expect.poll(() => readdirSync(file('run'))).toEqual([])
  })

  it('passes a socket on through a program there, where sshd does not forward it', async () => {
    const { sshd, name, pool, echo, notices } = bed()
    name('node1', await sshd({ config: ['AllowStreamLocalForwarding no'] }))
    const machine = await pool().connect(target('node1'))
    const path = await echo('s')
    await echoes(machine, path, 4 * MEGABYTE)
    expect(notices).toEqual([expect.stringMatching(`^node1: ${path} through (socat|nc|python3)$`)])
    await expect(machine.connect(['/run/no-such-socket'])).rejects.toEqual(failure('NO_SOCKET', 'no CTDB daemon runs on node1'))
  })
})
