import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasFlag, NODE_FLAG } from '../../src/lib/cluster/node.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import type { CtdbClient } from '../../src/transport/client/client.ts'
import { connectUnix } from '../../src/transport/local/socket.ts'
import type { RunResult } from '../support/program.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { KernelRecord } from './harness/kernel-record.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy, untilSettled } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { disableTakeoverRuns } from './takeover-run/settle.ts'
import { DEATHS, FAULTS, type Fault, restoreFiles, startIfDown } from './verify/faults.ts'
import { Remedies } from './verify/remedies.ts'
import { type Report, rootsOf } from './verify/report.ts'

/** The remedies of some faults are carried out in each run. LAB_REMEDIES=all carries out all of them. */
const REMEDIED = FAULTS.filter(({ isAlwaysRemedied }) => isAlwaysRemedied || process.env.LAB_REMEDIES === 'all')
const ALL_WELL = ['OK', 'OK', 'OK']

describeOnLab('verify', (lab) => {
  let client: CtdbClient
  let record: KernelRecord
  const audit = async (asked: number, ...argv: string[]): Promise<RunResult> =>
    await lab.ctdbts(0, ...VERIFY, ...labSsh(lab).flags, '--host', `10.99.0.${asked + 1}`, ...argv)
  const report = async (asked = 0): Promise<{ report: Report; status: number; stderr: string }> => {
    const { stdout, stderr, status } = await audit(asked, '--json')
    return { report: JSON.parse(stdout), status, stderr }
  }

  beforeAll(async () => {
    client = await connectUnix(lab.socketPath(0), { timeoutMs: 10_000 })
    record = await KernelRecord.start(lab)
  })
  afterAll(() => {
    client.close()
    record.stop()
  })

  /** Carries out the remedies of an audit, and of those after it, until one is clean. */
  const remedy = async (
    first: Report,
    fault: Pick<Fault, 'frozen' | 'holds' | 'states' | 'unnoticed'>,
    mend: () => Promise<unknown>,
  ) => {
    const person = {
      audit: async () => (await report()).report,
      holds: (condition: string) => fault.holds?.some((start) => condition.startsWith(start)) === true,
      mend,
      thaw: async () => {
        if (fault.frozen) await disableTakeoverRuns(client, 0)
      },
      rest: async () => {
        if (!fault.unnoticed) await untilSettled(lab, fault.states ?? ALL_WELL)
      },
    }
    await new Remedies(lab, record, person).carryOut(first)
  }

  it('finds nothing wrong with a healthy cluster, given one of its hosts', async () => {
    expect(await audit(0)).toMatchObject({
      stdout: expect.stringMatching(/^No problem found \(3 nodes, \d+ checks\)\n$/),
      stderr: '',
      status: 0,
    })
  })

  describe.each(FAULTS)('$name', (fault) => {
    let expected: readonly string[]
    let found: Report
    let isUndone = false
    const undo = async () => {
      if (!isUndone) await fault.undo?.({ lab, client })
      isUndone = true
    }

    beforeAll(async () => {
      if (fault.frozen) await disableTakeoverRuns(client, 300)
      expected = await fault.make({ lab, client })
    })

    afterAll(async () => {
      await undo()
      if (fault.frozen) await disableTakeoverRuns(client, 0)
      if (!fault.unnoticed) await untilHealthy(lab)
    })

    it('is reported, and nothing else', async () => {
      const { report: seen, stderr } = await report()
      found = seen
      const roots = rootsOf(found).map((root) => expected.find((start) => root.startsWith(start)) ?? root)
      expect({ roots, unknown: found.unknown, stderr }).toEqual({
        roots: expected.toSorted(),
        unknown: [],
        stderr: '',
      })
    })

    if (!REMEDIED.includes(fault)) return
    it('is gone when the remedies have been carried out, which does no harm', async () => {
      await remedy(found, fault, async () => (fault.mend ? fault.mend({ lab, client }) : undo()))
      isUndone = fault.leavesNothing !== false
    })
  })

  describe('a daemon does not run because of', () => {
    beforeAll(async () => {
      await lab.must(0, 'ctdb', 'shutdown', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
    })
    afterAll(async () => {
      restoreFiles()
      await startIfDown(lab, 2)
      await untilHealthy(lab)
    })

    it.each(DEATHS.map((death, index) => ({ ...death, isLast: index === DEATHS.length - 1 })))('$name', async (death) => {
      const expected = await death.make({ lab, client })
      await lab.exec(2, ['ctdbd'])
      await lab.untilDaemonEnds(2)
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      const { report: found } = await report()
      const roots = rootsOf(found).map((root) => expected.find((start) => root.startsWith(start)) ?? root)
      expect({ roots, unknown: found.unknown }).toEqual({ roots: expected, unknown: [] })
      if (!death.isLast) return restoreFiles()
      await remedy(found, { holds: ['it does not run'] }, async () => restoreFiles())
    })
  })

  describe('a node is banned and stopped', () => {
    afterAll(async () => {
      await lab.must(0, 'ctdb', 'continue', '-n', '2')
      await untilHealthy(lab)
    })

    it('stays stopped when the ban ends, as is foretold', async () => {
      await lab.must(0, 'ctdb', 'ban', '30', '-n', '2')
      await lab.must(0, 'ctdb', 'stop', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Banned|Stopped'], [0, 1])
      const { report: found } = await report()
      expect(rootsOf(found)).toEqual(['node-banned 2'])
      expect(found.findings[0]?.outlook).toMatch(/^The ban ends within \d+ s, and the node stays stopped/)
      await untilSettled(lab, ['OK', 'OK', 'Stopped'], [0, 1])
      const { report: after } = await report()
      expect(rootsOf(after)).toEqual([])
    })
  })

  describe('a node is cut off from the private network', () => {
    let victim: number
    const RULES = ['INPUT', 'OUTPUT'].flatMap((chain) =>
      ['--dport', '--sport'].map((port) => [chain, '-p', 'tcp', port, '4379', '-j', 'DROP']),
    )

    /** `ctdb ban` waits for a takeover run, which never ends without a leader. */
    const ban = async (timeSeconds: number) => {
      using daemon = await connectUnix(lab.socketPath(victim), { timeoutMs: 10_000 })
      await daemon.control(controls.setBanState, { data: { pnn: victim, timeSeconds } })
      const isSet = async () => {
        const own = (await daemon.control(controls.getNodeMap)).find(({ pnn }) => pnn === victim)
        return own && hasFlag(own, NODE_FLAG.BANNED) === timeSeconds > 0 ? undefined : `its flags are ${own?.flags}`
      }
      await waitUntil('its daemon has changed its state', isSet)
    }

    beforeAll(async () => {
      const leader = await lab.leader()
      victim = (leader + 1) % 3
      const rest = lab.pnns.filter((pnn) => pnn !== victim)
      for (const rule of RULES) await lab.must(victim, 'iptables', '-I', ...rule)
      await untilSettled(
        lab,
        lab.pnns.map((pnn) => (pnn === victim ? 'Disconnected|Unhealthy' : 'OK')),
        rest,
      )
    })

    afterAll(async () => {
      for (const rule of RULES) await lab.must(victim, 'iptables', '-D', ...rule)
      await ban(0)
      await untilHealthy(lab)
    })

    it.each([0, 1, 2])('is reported alike when node %i is asked', async (asked) => {
      const { report: found } = await report(asked)
      expect(rootsOf(found)).toEqual(['cluster-split'])
      expect(found.findings.filter(({ remedy }) => remedy.includes('ip addr del'))).toEqual([])
    })

    it('and is banned: is reported, too, when it is asked itself', async () => {
      await ban(600)
      for (const asked of [victim, (victim + 1) % 3]) {
        const { report: found } = await report(asked)
        expect(rootsOf(found)).toEqual(['cluster-split', `node-banned ${victim}`])
        expect(found.findings.filter(({ remedy }) => remedy.includes('ip addr del'))).toEqual([])
      }
    })
  })
})
