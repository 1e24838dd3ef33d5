import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { VERIFY } from './harness/verify-words.ts'
import { untilHealthy, untilSeen } from './harness/view.ts'
import { type Report, rootsOf } from './verify/report.ts'

/** Ends what goes to the daemon of a node, and lets it connect to the others. */
const RULE = ['INPUT', '-p', 'tcp', '--dport', '4379', '-j']

describeOnLab('a private port that one node closes', (lab) => {
  let victim: number
  let closed: string | undefined
  const open = async () => {
    if (closed !== undefined) await lab.must(victim, 'iptables', '-D', ...RULE, closed)
    closed = undefined
  }
  const report = async (asked: number): Promise<Report> => {
    const { stdout } = await lab.ctdbts(0, ...VERIFY, ...labSsh(lab).flags, '--host', `10.99.0.${asked + 1}`, '--json')
    return JSON.parse(stdout)
  }

  beforeAll(async () => {
    victim = ((await lab.leader()) + 1) % 3
  })
  afterAll(async () => {
    await open()
    await untilHealthy(lab)
  })

  it.each(['DROP', 'REJECT'])('by %s is the cause of the split, whoever is asked', async (target) => {
    await lab.must(victim, 'iptables', '-I', ...RULE, target)
    closed = target
    const states = lab.pnns.map((pnn) => (pnn === victim ? 'Disconnected|Unhealthy' : 'OK'))
    await untilSeen(
      lab,
      states,
      lab.pnns.filter((pnn) => pnn !== victim),
    )
    for (const asked of lab.pnns) {
      const { findings, unknown } = await report(asked)
      const others = lab.pnns.filter((pnn) => pnn !== victim)
      expect({ roots: rootsOf({ findings, unknown }), unknown, asked }).toEqual({
        roots: [`private-port ${victim}`],
        unknown: [],
        asked,
      })
      expect(findings.find(({ id }) => id === 'private-port')).toMatchObject({
        message: `nodes ${others.join(' and ')} cannot use port 4379 of node ${victim}, which itself reaches those nodes`,
      })
    }
    await open()
    await untilHealthy(lab)
    expect(rootsOf(await report(0))).toEqual([])
  })
})
