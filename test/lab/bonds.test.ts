import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import { UmlNode, umlLack } from './harness/uml.ts'
import { waitUntil } from './harness/wait.ts'
import { type Finding, type Report, rootsOf } from './verify/report.ts'

// The kernel of the machine may have no bonds and no LVS, as in a container. That of User-mode Linux has.
const lack = umlLack()
if (lack && (process.env.CI || process.env.CTDBTS_LAB === 'require'))
  throw new Error(`the tests of bonds on a real kernel are required (CI or CTDBTS_LAB=require), but this machine lacks ${lack}`)
if (lack) process.stderr.write(`\nThe tests of bonds on a real kernel are SKIPPED: this machine lacks ${lack}\n`)

describe.skipIf(lack)('on a kernel with bonds and LVS', () => {
  describeOnLab('a node', (lab) => {
    let node: UmlNode

    const audit = async (): Promise<Report> => {
      // Processes start slowly there.
      const { stdout, stderr } = await node.ctdbts('verify', '-t', '60', '--json')
      expect(stderr).toBe('')
      const report: Report | { error: unknown } = JSON.parse(stdout)
      if ('error' in report) throw new Error(stdout)
      return report
    }
    const seen = ({ findings, unknown }: Report) => ({
      found: real(findings)
        .map(({ id, message }) => `${id}: ${message}`)
        .toSorted(),
      unknown,
    })
    const real = (findings: readonly Finding[]) => findings.filter(({ state }) => state === 'real')
    /** Tells of each bond which of its interfaces have a link, and whether its switch takes part. */
    const untilBonds = async (has: (text: string) => boolean) =>
      await waitUntil('the bonds have seen it', async () => {
        const text = await node.sh('cat /proc/net/bonding/*')
        return has(text) ? undefined : text
      })
    /** Does what remedies ask for, and shows that no address was away meanwhile. */
    const carryOut = async (lines: readonly string[]) => {
      await node.sh('ip -o monitor address </dev/null >/run/changes 2>&1 & echo $! >/run/monitor')
      await node.sh(lines.join(' && '))
      await node.sh('sleep 1; kill "$(cat /run/monitor)"')
      expect(await node.sh('grep "^Deleted.* inet 10" /run/changes || true')).toBe('')
    }

    /** CTDB does nothing about it, as it was said. */
    const untilMonitored = async () => {
      // Any other event cancels it.
      await waitUntil('the monitor event has run', async () => {
        const said = await node.sh('ctdb event run 60 legacy monitor 2>&1 || true')
        return said.includes('got cancelled') ? said : undefined
      })
      expect(await node.sh('ctdb -X ifaces')).not.toContain('|0|')
    }
    /** Lines that make ports of the switch a part of its aggregate. */
    const joinAggregate = (...names: readonly string[]) =>
      names.flatMap((name) => [`ip -n switch link set ${name}-port down`, `ip -n switch link set ${name}-port master lag`])

    beforeAll(async () => {
      node = await UmlNode.start(lab)
    })
    afterAll(async () => {
      await node?.stop()
    })

    it('is healthy with bonds of three modes, and a VLAN on one', async () => {
      await untilBonds((text) => !/MII Status: down|Partner Mac Address: 00:00:00:00:00:00/.test(text))
      expect(seen(await audit())).toEqual({ found: [], unknown: [] })
    })

    it('has bonds that have lost an interface: its cable, its switch, or set down', async () => {
      await node.atSwitch('link set eth1-port down')
      // Its switch port is no longer a part of the aggregate.
      await node.atSwitch('link set eth4-port nomaster')
      await node.atSwitch('link set eth4-port up')
      await node.sh('ip link set eth5 down')
      await untilBonds((text) => text.match(/MII Status: down/g)?.length === 2 && /Number of ports: 1/.test(text))
      const report = await audit()
      expect(seen(report)).toEqual({
        found: [
          'bond-degraded: eth1 of bond0 on node 0 is down, as the bond says; only eth2 is left',
          'bond-degraded: eth5 of bond2 on node 0 is down, as the bond says; only eth6 is left',
          'bond-degraded: no switch takes part at eth4 of bond1 on node 0, which needs one (802.3ad); only eth3 is left',
        ],
        unknown: [],
      })
      expect(report.findings.map(({ outlook }) => outlook)).toEqual(
        Array(3).fill('Nothing: CTDB goes by the link of the bond as a whole.'),
      )
      await carryOut(['ip -n switch link set eth1-port up', 'ip link set eth5 up', ...joinAggregate('eth4')])
      await untilBonds((text) => !/MII Status: down|Number of ports: 1/.test(text))
    })

    it('has a bond without a switch, and links set down that CTDB goes on taking for up', async () => {
      await node.atSwitch('link del lag')
      for (const name of ['eth3', 'eth4']) await node.atSwitch(`link set ${name}-port up`)
      await node.sh('ip link set bond2 down && ip link set bond0.7 down')
      await untilBonds((text) => text.includes('Partner Mac Address: 00:00:00:00:00:00'))
      await untilMonitored()
      const report = await audit()
      expect(seen(report)).toEqual({
        found: [
          'bond-degraded: no switch takes part in bond1 of node 0, which needs one (802.3ad)',
          'iface-link-mismatch: node 0: the daemon believes that the link of bond0.7 is up, but in the kernel it is down',
          'iface-link-mismatch: node 0: the daemon believes that the link of bond2 is up, but in the kernel it is down',
        ],
        unknown: [],
      })
      const adviceOn = (name: string) => report.findings.find(({ subject }) => subject.interfaceName === name)
      expect(adviceOn('bond0.7')).toMatchObject({
        outlook: expect.stringMatching(/^Nothing: 10\.interface judges a VLAN on a bond/),
      })
      expect(adviceOn('bond2')).toMatchObject({
        outlook: expect.stringMatching(/^Nothing: 10\.interface goes by \/proc\/net\/bonding, where bond2 is still up/),
        remedy: 'Set bond2 up.',
      })
      await node.atSwitch('link add lag type bond mode 802.3ad miimon 50 lacp_rate fast')
      await node.atSwitch('link set lag up')
      await carryOut(['ip link set bond2 up', 'ip link set bond0.7 up', ...joinAggregate('eth3', 'eth4')])
      await untilBonds((text) => !/MII Status: down|Number of ports: 1|00:00:00:00:00:00/.test(text))
    })

    it('leads LVS, which has a public address', async () => {
      const options = '/etc/ctdb/events/legacy/91.lvs.options'
      const address = '10.99.3.131'
      await node.sh(
        `echo 10.99.0.1 >/etc/ctdb/lvs_nodes && ln -s /usr/share/ctdb/events/legacy/91.lvs.script /etc/ctdb/events/legacy/ && printf 'CTDB_LVS_%s\\n' NODES=/etc/ctdb/lvs_nodes PUBLIC_IP=${address} PUBLIC_IFACE=bond2 >${options}`,
      )
      await node.sh('ctdb ipreallocate')
      await waitUntil('the node leads LVS', async () => {
        const said = await node.sh('ctdb lvs leader && ipvsadm -S -n')
        return said.startsWith(`0\n-A -t ${address}`) && said.includes('-a -u') ? undefined : said
      })
      const report = await audit()
      expect(seen(report)).toEqual({
        found: [
          `ip-of-service: ${address} is a public address, and that of LVS on node 0`,
          `ip-twice-on-node: node 0 holds ${address} on lo and bond2 at the same time`,
        ],
        unknown: [],
      })
      expect(rootsOf(report)).toEqual([`ip-of-service 0 ${address} LVS`])
      // The service gets an address of its own, and the kernel keeps what it had.
      await node.sh(`sed -i s/PUBLIC_IP=.*/PUBLIC_IP=10.99.3.200/ ${options} && ipvsadm -C && ctdb ipreallocate`)
      const after = await audit()
      expect(seen(after).found).toEqual([`ip-twice-on-node: node 0 holds ${address} on lo and bond2 at the same time`])
      expect(after.findings[0]?.actions[0]).toMatchObject({ kind: 'remove', held: [{ interfaceName: 'lo', maskBits: 32 }] })
      await node.sh(`ip addr del ${address}/32 dev lo`)
    })

    it('is healthy after all remedies', async () => {
      expect(seen(await audit())).toEqual({ found: [], unknown: [] })
    })
  })
})
