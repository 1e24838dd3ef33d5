import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunResult } from '../support/program.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { KernelRecord } from './harness/kernel-record.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy, untilSeen, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { Remedies } from './verify/remedies.ts'
import { type Report, rootsOf } from './verify/report.ts'

/** Seconds. Longer than an audit on a busy machine. */
const BAN_S = 90
const PUBLIC_INTERFACES = ['eth1', 'eth2']

describeOnLab('IPv6 addresses that a dead daemon has left in its kernel', (lab) => {
  let record: KernelRecord
  let left: string[]

  const audit = async (): Promise<Report> => {
    const { stdout, stderr }: RunResult = await lab.ctdbts(0, ...VERIFY, ...labSsh(lab).flags, '--host', '10.99.0.1', '--json')
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }
  const detectDuplicates = async (value: 0 | 1) => {
    const settings = PUBLIC_INTERFACES.map((name) => `net.ipv6.conf.${name}.accept_dad=${value}`)
    for (const pnn of lab.pnns) await lab.must(pnn, 'sysctl', '-qw', ...settings)
  }
  const stateOf = async (pnn: number, seenBy: readonly number[]) => {
    for (const viewer of seenBy) {
      const view = await viewOf(lab, viewer)
      if (typeof view !== 'string') return view.states[pnn] ?? ''
    }
    return 'unknown'
  }

  beforeAll(async () => {
    await detectDuplicates(1)
    await lab.setTunable('RecoveryBanPeriod', BAN_S)
    record = await KernelRecord.start(lab)
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    left = [...view.owners].flatMap(([address, owner]) => (owner === 2 ? [address] : []))
    expect(left.some((address) => address.includes(':'))).toBe(true)
    lab.killDaemon(2)
    await untilSeen(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
  }, 300_000)

  afterAll(async () => {
    record.stop()
    await detectDuplicates(0)
    await lab.setTunable('RecoveryBanPeriod', 300)
    await untilHealthy(lab)
  }, 300_000)

  /** An audit in which they are the only root. While a node takes addresses one after the other, others are missing for seconds. */
  const auditWithOneRoot = async (): Promise<Report> => {
    const roots = left.map((address) => `ip-on-dead-daemon 2 ${address}`).toSorted()
    let report = await audit()
    const others = async () => {
      const found = rootsOf(report)
      if (found.join() === roots.join()) return undefined
      report = await audit()
      return `found ${found.join(', ')}`
    }
    await waitUntil(`the only roots are ${roots.join(', ')}`, others)
    return report
  }

  it('are the root of everything: before a ban', async () => {
    expect(rootsOf(await auditWithOneRoot())).toHaveLength(left.length)
  })

  it('and of the bans that follow, as no other node may use them', { timeout: 400_000 }, async () => {
    await waitUntil(
      'a node is banned',
      async () => {
        const states = await Promise.all([0, 1].map((pnn) => stateOf(pnn, [0, 1])))
        return states.some((state) => state.includes('Banned')) ? undefined : states.join()
      },
      300_000,
    )
    const report = await auditWithOneRoot()
    expect(report.findings.filter(({ id }) => id === 'node-banned').length).toBeGreaterThan(0)
  })

  it('and are gone with the remedy of that root', { timeout: 600_000 }, async () => {
    const rest = () =>
      waitUntil(
        'all nodes are healthy',
        async () => {
          const states = await Promise.all(lab.pnns.map((pnn) => stateOf(pnn, lab.pnns)))
          return states.every((state) => state === 'OK') ? undefined : states.join()
        },
        3 * BAN_S * 1_000,
      )
    const remedies = new Remedies(lab, record, {
      audit,
      rest,
      holds: () => false,
      // The daemon that was started has its own value, which is reported.
      mend: () => lab.setTunable('RecoveryBanPeriod', BAN_S),
      thaw: async () => {},
    })
    await remedies.carryOut(await audit())
    expect(remedies.done.slice(0, 1)).toEqual([expect.stringMatching(/^ip-on-dead-daemon 2 \S+: start$/)])
  })
})
