import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { lockPath } from './harness/node-files.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { type Report, rootsOf } from './verify/report.ts'

/** Puts a file at the place of another one, after it has locked it, and keeps it locked. */
const KEEPER = `
import fcntl, os, sys, time
f = open(sys.argv[1] + ".new", "w")
fcntl.lockf(f, fcntl.LOCK_EX, 1)
os.rename(sys.argv[1] + ".new", sys.argv[1])
print(flush=True)
time.sleep(600)
`

const REFUSAL = 'Daemon able to take recovery lock'

describeOnLab('the cluster lock', (lab) => {
  const path = lockPath(lab.directory)
  const audit = async (): Promise<Report> => {
    const { stdout } = await lab.ctdbts(0, ...VERIFY, ...labSsh(lab).flags, '--host', '10.99.0.1', '--json')
    return JSON.parse(stdout)
  }
  const effectsOf = ({ findings }: Report) => [...new Set(findings.flatMap(({ id, causedBy }) => (causedBy ? [id] : [])))]

  describe('that another program keeps', () => {
    let keeper: ChildProcess | undefined
    const end = async () => {
      if (keeper?.exitCode !== null || keeper.signalCode !== null) return
      keeper.kill()
      await once(keeper, 'exit')
    }

    beforeAll(async () => {
      const [file = '', ...argv] = lab.argv(1, ['python3', '-c', KEEPER, path])
      keeper = spawn(file, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
      if (keeper.stdout) await once(keeper.stdout, 'data')
      // The helper of the leader looks every 5 s whether its file is still there.
      await waitUntil('there is no leader', async () => {
        const said = (await lab.ctdb(0, 'leader')).stdout.trim()
        return said === 'UNKNOWN' ? undefined : `it is ${said}`
      })
    })
    afterAll(async () => {
      await end()
      await untilHealthy(lab)
    })

    it('is reported, as the cause of what follows', async () => {
      const report = await audit()
      // All nodes of the lab have one kernel and see all its processes.
      expect({ roots: rootsOf(report), unknown: report.unknown }).toEqual({ roots: ['lock-held 0 - python3'], unknown: [] })
      expect(effectsOf(report)).toContain('leader-disagreement')
    })

    it('is taken by a leader when that program has ended', async () => {
      await end()
      await untilHealthy(lab)
      expect(rootsOf(await audit())).toEqual([])
    })
  })

  describe('that is another file on one node', () => {
    let victim: number
    let isMounted = false
    const unmount = async () => {
      if (isMounted) await lab.must(victim, 'umount', path)
      isMounted = false
    }

    beforeAll(async () => {
      victim = ((await lab.leader()) + 1) % 3
      writeFileSync(lab.path(victim, 'etc/own-lock'), '')
      await lab.must(victim, 'mount', '--bind', '/etc/ctdb/own-lock', path)
      isMounted = true
    })
    afterAll(async () => {
      await unmount()
      await untilHealthy(lab)
    })

    it('is reported, and nothing else', async () => {
      const report = await audit()
      const roots = rootsOf(report)
      expect({ roots, unknown: report.unknown }).toEqual({ roots: [`lock-not-shared - - ${path}`], unknown: [] })
    })

    it('makes recoveries fail, as was foretold, until it is the same file', async () => {
      const logs = lab.logsFromNow()
      await lab.must(0, 'ctdb', 'recover')
      const failures = async () => {
        const count = logs(victim).split(REFUSAL).length - 1
        return count >= 3 ? undefined : `${count} have failed`
      }
      await waitUntil('three recoveries have failed', failures)
      expect(rootsOf(await audit())).toEqual([`lock-not-shared - - ${path}`])
      await unmount()
      await untilHealthy(lab)
      expect(rootsOf(await audit())).toEqual([])
    })
  })

  describe('whose file system is not mounted on one node', () => {
    const shared = dirname(dirname(path))
    let victim: number

    beforeAll(async () => {
      victim = ((await lab.leader()) + 1) % 3
      await lab.must(victim, 'mount', '-t', 'tmpfs', 'tmpfs', shared)
    })
    afterAll(async () => {
      await lab.must(victim, 'umount', shared)
      await untilHealthy(lab)
    })

    it('is reported, and nothing else', async () => {
      const report = await audit()
      expect({ roots: rootsOf(report), unknown: report.unknown }).toEqual({ roots: [`lock-missing ${victim}`], unknown: [] })
    })
  })

  describe('that takes longer than it may', () => {
    const setLimit = (ms: number) => lab.must(1, 'ctdb', 'setvar', 'RecLockLatencyMs', String(ms))

    afterAll(async () => {
      await setLimit(1_000)
      await untilHealthy(lab)
    })

    it('is reported where it was often enough, against the limit of that node', async () => {
      // In each recovery, each node starts a helper that tests the lock, which takes some milliseconds.
      for (let count = 0; count < 3; count++) await lab.must(0, 'ctdb', 'recover')
      expect(rootsOf(await audit())).not.toContain('lock-slow 1')
      await setLimit(1)
      const report = await audit()
      expect(rootsOf(report)).toContain('lock-slow 1')
      expect(report.findings.find(({ id }) => id === 'lock-slow')).toMatchObject({
        severity: 'warning',
        message: 'the cluster lock is slow on node 1',
      })
    })
  })
})
