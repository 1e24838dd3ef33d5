import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'

/** The processes whose command line has this text. */
const processesWith = (text: string): string[] =>
  spawnSync('pgrep', ['-f', '--', text], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((pid) => pid !== '')

describeOnLab('nodes reached through a command', (lab) => {
  let enter: string
  let openssh: string
  const hosts = lab.pnns.map((pnn) => `10.99.0.${pnn + 1}`).join(',')

  beforeAll(() => {
    enter = join(lab.directory, 'enter')
    const commands = lab.pnns.map((pnn) => `  ${pnn}) exec ${lab.argv(pnn, ['"$@"']).join(' ')} ;;\n`).join('')
    writeFileSync(enter, `#!/bin/sh\nnode=$1\nshift\ncase $node in\n${commands}esac\n`, { mode: 0o755 })
    openssh = `ssh -F ${labSsh(lab).configFile} {node}`
  })

  it('are audited as containers, by a program that enters them', async () => {
    const names = lab.pnns.join(',')
    const { stdout, stderr, status } = await lab.ctdbts(0, 'verify', '--host', names, '--run', `${enter} {node}`)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it('are audited through OpenSSH', async () => {
    const { stdout, stderr, status } = await lab.ctdbts(0, 'verify', '--host', hosts, '--run', openssh)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it('are audited through a command on each host, over SSH', async () => {
    const ways = [...labSsh(lab).flags, '--host', hosts, '--run', 'unshare -m']
    const { stdout, stderr, status } = await lab.ctdbts(0, 'verify', ...ways)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toMatch(/^No problem found \(3 nodes,/)
  })

  it.each([['ip'], ['status'], ['event', 'status', 'legacy', 'monitor'], ['listnodes']])(
    'answer %s as over SSH',
    async (...argv) => {
      const ways = labSsh(lab).flags
      const { durationMs: _, ...direct } = await lab.ctdbts(0, ...argv, ...ways, '--host', '10.99.0.2')
      const { durationMs: __, ...through } = await lab.ctdbts(0, ...argv, '--host', '10.99.0.2', '--run', openssh)
      expect(through).toEqual(direct)
    },
  )

  it('keep no process of ours, whenever ctdbts is killed', async () => {
    for (let round = 0; round < 6; round++) {
      const [program = '', ...words] = lab.argv(0, [...lab.program, 'verify', '--host', hosts, '--run', openssh])
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
