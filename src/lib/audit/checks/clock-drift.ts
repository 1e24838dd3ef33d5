import type { Pnn } from '../../cluster/node.ts'
import type { Check } from '../check.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

/** Smaller differences are ignored. */
const TOLERATED_SECONDS = 2

export const check: Check = {
  id: 'clock-drift',
  order: 410,
  severity: 'info',
  title: "The nodes' clocks differ",
  seenBy: ['C'],
  moves: false,
  meaning:
    'Logs of different nodes cannot be compared, and what Samba and NFS store with a time (leases, Kerberos tickets, file timestamps) goes wrong.',
  outlook: 'Nothing: CTDB does not compare clocks.',
  remedy:
    'Check chronyd, ntpd or systemd-timesyncd on the nodes. Do not set a clock back in one step while ctdbd runs: its timers follow the time of day, so it would send no keepalives for that long, and other nodes would disconnect it. Slew the clock, or stop ctdbd first.',
  find(view) {
    const offsets = view.nodes.flatMap(({ pnn }) => {
      const times = view.need(pnn, 'times')
      if (!times) return []
      const { now, askedAt, answeredAt } = times
      if (askedAt === undefined || answeredAt === undefined) return missTimes(view, pnn)
      // The node read its clock between our request and its reply.
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
        evidence: offsets.map(
          ({ pnn, least, most }) => `clock of node ${pnn}: ${signed((least + most) / 2)} s compared with ours`,
        ),
        claims: [stays('CTDB does not compare clocks')],
        actions: [mend({ what: 'clock' }, check.remedy)],
      },
    ]
  },
}

function missTimes(view: View, pnn: Pnn): [] {
  view.miss(pnn, 'times')
  return []
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(1)}`
