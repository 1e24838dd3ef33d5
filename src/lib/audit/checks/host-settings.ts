import { parseIp } from '../../address/ip-text.ts'
import type { Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { byValue, heldText, kernelHas, knownBy, listed, nodesText } from '../facts.ts'
import { networkText } from '../network.ts'
import type { View } from '../view.ts'

// How the machines are set up.

export const versionSkew: Check = {
  id: 'version-skew',
  severity: 'warning',
  title: 'Daemons of different versions',
  seenBy: ['X'],
  moves: false,
  meaning:
    'CTDB is not made for running different versions in one cluster for long: a daemon of another minor version is refused unless AllowMixedVersions is set, and differs in what it does with addresses.',
  outlook: 'Nothing.',
  remedy: 'Finish the update: the same version on all nodes.',
  falseAlarm: 'During a rolling update.',
  find(view) {
    const versions = byValue(
      view.nodes.flatMap(({ pnn }) => {
        const version = view.need(pnn, 'host.version')
        return version === undefined ? [] : [[pnn, version] as const]
      }),
    )
    if (versions.length < 2) return []
    return [
      {
        subject: {},
        nodes: versions.slice(1).flatMap(({ pnns }) => pnns),
        message: `nodes run different versions of CTDB: ${listed(versions.map(({ value }) => value))}`,
        evidence: versions.map(({ value, pnns }) => `ctdb version on ${nodesText(pnns)}: ${value}`),
      },
    ]
  },
}

/** Until 4.21 CTDB learnt whether it has an address by trying to bind to it; from 4.22 on it looks through the interfaces' addresses. */
function testsWithBind(version: string): boolean | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || minor === undefined) return undefined
  return Number(major) < 4 || (Number(major) === 4 && Number(minor) < 22)
}

export const nonlocalBind: Check = {
  id: 'nonlocal-bind',
  severity: 'warning',
  title: 'ip_nonlocal_bind=1 deceives this version of CTDB',
  seenBy: ['X', 'C'],
  moves: false,
  meaning:
    'Until 4.21 CTDB finds out whether it has an address by binding to it. With ip_nonlocal_bind=1 that works for every address, so each node takes itself to have all of them: it asks for takeover runs again and again, and does not add an address that it is to take over.',
  outlook: 'Nothing: CTDB cannot see it. From 4.22 on it does not matter.',
  remedy:
    'Set net.ipv4.ip_nonlocal_bind (net.ipv6.ip_nonlocal_bind) to 0 on that node: `sysctl -w`, and /etc/sysctl.d; look which service wants it (haproxy, keepalived). Or update CTDB.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const known = view.need(pnn, 'known')
      const settings = view.need(pnn, 'host.nonlocalBind')
      const version = view.need(pnn, 'host.version')
      if (!known || !settings || version === undefined) return []
      const families = (['ipv4', 'ipv6'] as const).filter(
        (family) => settings[family] && known.some(({ address }) => parseIp(address)?.family === family),
      )
      if (families.length === 0) return []
      const deceived = testsWithBind(version)
      if (deceived === undefined) view.miss(pnn, 'host.version')
      if (!deceived) return []
      return [
        {
          subject: { pnn },
          message: `node ${pnn} runs CTDB ${version} with ip_nonlocal_bind=1: it takes itself to have every address`,
          evidence: [
            ...families.map((family) => kernelHas(pnn, `net.${family}.ip_nonlocal_bind = 1`)),
            `ctdb version on node ${pnn}: ${version}, which tests addresses with bind()`,
          ],
        },
      ]
    })
  },
}

export const promoteSecondaries: Check = {
  id: 'promote-secondaries',
  severity: 'info',
  title: 'Deleting one public address would drop others',
  seenBy: ['K', 'X', 'C'],
  moves: false,
  meaning:
    'Of several IPv4 addresses of one network on an interface the kernel takes the first for the primary. When that is deleted, and promote_secondaries is 0, it deletes the others as well.',
  outlook:
    'The stock 10.interface sets promote_secondaries to 1 on an interface right before it deletes an address there; what others delete, by hand or by a script of your own, takes the secondaries with it. Those are put back as ip-missing.',
  remedy: 'Set net.ipv4.conf.all.promote_secondaries to 1 in /etc/sysctl.d.',
  falseAlarm: 'When nobody but the stock script ever deletes addresses.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) => {
      const addresses = view.need(pnn, 'host.addresses')
      const promoting = view.need(pnn, 'host.promoteSecondaries')
      if (!addresses || !promoting) return []
      return losses(addresses, publics)
        .filter(({ primary }) => !promoting.includes(primary.interfaceName))
        .map(
          ({ primary, others }): Found => ({
            subject: { pnn, interfaceName: primary.interfaceName, detail: networkOf(primary) },
            addresses: [primary.address, ...others],
            message: `node ${pnn}: deleting ${primary.address} from ${primary.interfaceName} would drop ${listed(others, 3)} as well`,
            evidence: [
              kernelHas(pnn, `${heldText(primary)}, the primary of ${listed(others)}`),
              kernelHas(pnn, `promote_secondaries is 0 on ${primary.interfaceName}`),
            ],
          }),
        )
    })
  },
}

const networkOf = ({ address, maskBits }: HostAddress): string => {
  const ip = parseIp(address)
  return ip ? networkText(ip, maskBits) : address
}

/** Public addresses whose deletion takes others with it. The host's own first address is never deleted by CTDB. */
function losses(addresses: readonly HostAddress[], publics: { has(address: string): boolean }) {
  const ipv4 = addresses.filter(({ address }) => parseIp(address)?.family === 'ipv4')
  const keyOf = (held: HostAddress) => `${held.interfaceName} ${networkOf(held)}`
  return ipv4.flatMap((primary) => {
    if (primary.secondary || !publics.has(primary.address)) return []
    const others = ipv4.filter((held) => held.secondary && keyOf(held) === keyOf(primary)).map(({ address }) => address)
    return others.length === 0 ? [] : [{ primary, others }]
  })
}

export const leftoverDrop: Check = {
  id: 'leftover-drop',
  severity: 'error',
  title: 'A firewall rule drops all that comes in for an address the node holds',
  seenBy: ['X', 'K', 'C'],
  moves: true,
  meaning:
    'While the script 10.interface releases an address it blocks it (`iptables -I INPUT -i IFACE -d IP -j DROP`). When it is killed in between, the rule stays: the node has the address again later, and clients cannot reach it.',
  outlook: 'The next takeip of the address on that interface removes the rule; but none is run as long as the node has it.',
  remedy: 'Remove it: `iptables -D INPUT -i IFACE -d IP -j DROP` (ip6tables for IPv6).',
  falseAlarm: 'While the address is being released or taken.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) => {
      const addresses = view.need(pnn, 'host.addresses')
      const drops = view.need(pnn, 'host.drops')
      if (!addresses || !drops) return []
      // The same rule may be there several times.
      const rules = new Map(drops.map((rule) => [`${rule.address} ${rule.interfaceName}`, rule]))
      return [...rules.values()].flatMap(({ interfaceName, address }): Found[] => {
        const held = addresses.find((each) => each.address === address && each.interfaceName === interfaceName)
        if (!held || !publics.has(address)) return []
        return [
          {
            subject: { pnn, address, interfaceName },
            message: `node ${pnn} drops all that comes in for ${address} on ${interfaceName}, which it holds`,
            evidence: [
              kernelHas(pnn, heldText(held)),
              `iptables on node ${pnn}: INPUT -i ${interfaceName} -d ${address} -j DROP`,
            ],
          },
        ]
      })
    })
  },
}

/** Clocks that differ by less are taken to be the same. */
const TOLERATED_SECONDS = 2

export const clockDrift: Check = {
  id: 'clock-drift',
  severity: 'info',
  title: "The nodes' clocks differ",
  seenBy: ['C'],
  moves: false,
  meaning:
    'Logs of different nodes cannot be laid side by side, and what Samba and NFS keep with a time (leases, Kerberos tickets, time stamps of files) goes wrong.',
  outlook: 'Nothing: CTDB does not compare clocks.',
  remedy: 'Check chronyd, ntpd or systemd-timesyncd on the nodes.',
  find(view) {
    const offsets = view.nodes.flatMap(({ pnn }) => {
      const times = view.need(pnn, 'times')
      if (!times) return []
      const { now, askedAt, answeredAt } = times
      if (askedAt === undefined || answeredAt === undefined) return missTimes(view, pnn)
      // It read its clock somewhere between our question and its answer.
      return [{ pnn, least: now - answeredAt, most: now - askedAt }]
    })
    const ahead = offsets.reduce((a, b) => (b.least > a.least ? b : a), offsets[0] ?? { pnn: 0, least: 0, most: 0 })
    const behind = offsets.reduce((a, b) => (b.most < a.most ? b : a), offsets[0] ?? ahead)
    const difference = ahead.least - behind.most
    if (!(difference > TOLERATED_SECONDS)) return []
    return [
      {
        subject: {},
        nodes: [ahead.pnn, behind.pnn],
        message: `the clock of node ${ahead.pnn} is at least ${difference.toFixed(1)} s ahead of that of node ${behind.pnn}`,
        evidence: offsets.map(({ pnn, least, most }) => `clock of node ${pnn}: ${signed((least + most) / 2)} s against ours`),
      },
    ]
  },
}

function missTimes(view: View, pnn: Pnn): [] {
  view.miss(pnn, 'times')
  return []
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(1)}`
