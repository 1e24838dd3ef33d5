import type { Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, daemonIsDead, kernelHas } from '../facts.ts'
import { type Family, type NonlocalEffect, nonlocalEffectOn, nonlocalFamilies } from '../nonlocal.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'nonlocal-bind',
  order: 380,
  severity: 'warning',
  title: 'ip_nonlocal_bind=1 misleads this version of CTDB',
  seenBy: ['X', 'C', 'F'],
  moves: false,
  meaning:
    'Up to 4.21, CTDB finds out whether it has an address by binding to it. With ip_nonlocal_bind=1 this works for every address, so each node believes that it has all of them: it asks for takeover runs again and again, and does not add an address that it should take over.',
  outlook: 'Nothing: CTDB cannot detect it. From 4.22 on it compares the addresses of the interfaces instead.',
  remedy:
    'Set net.ipv4.ip_nonlocal_bind (net.ipv6.ip_nonlocal_bind) to 0 on that node, with `sysctl -w` and in /etc/sysctl.d. Find out which service needs it (haproxy, keepalived). Or update CTDB.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const isDead = view.isDaemonDead(pnn)
      const known = isDead ? addressFile(view, pnn)?.addresses : view.need(pnn, 'known')
      const settings = view.need(pnn, 'host.nonlocalBind')
      const version = view.need(pnn, 'host.version')
      if (!known || !settings || version === undefined) return []
      const families = nonlocalFamilies(settings, known)
      const effect = families.length === 0 ? 'none' : nonlocalEffectOn(version)
      if (effect === undefined) view.miss(pnn, 'host.version')
      return effect === undefined || effect === 'none' ? [] : [foundOn(pnn, { version, families, effect, isDead })]
    })
  },
}

function foundOn(
  pnn: Pnn,
  given: {
    readonly version: string
    readonly families: readonly Family[]
    readonly effect: Exclude<NonlocalEffect, 'none'>
    readonly isDead: boolean
  },
): Found {
  const { version, families, effect, isDead } = given
  return {
    subject: { pnn },
    message: `node ${pnn} has CTDB ${version} with ip_nonlocal_bind=1: ${isDead ? MAY_CRASH : WHAT[effect]}`,
    evidence: [
      ...families.map((family) => kernelHas(pnn, `net.${family}.ip_nonlocal_bind = 1`)),
      `ctdb version on node ${pnn}: ${version}${effect === 'deceived' ? ', which tests addresses with bind()' : ''}`,
      ...(isDead ? [daemonIsDead(pnn)] : []),
    ],
    claims: [
      stays(
        effect === 'deceived' && !isDead
          ? 'CTDB cannot detect it. From 4.22 on it compares the addresses of the interfaces instead'
          : 'CTDB does not notice the setting',
      ),
    ],
    actions: [mend({ what: 'configuration', pnn }, check.remedy)],
  }
}

const MAY_CRASH = 'ctdbd may crash (bug 15935)'
const WHAT = {
  deceived: 'it believes that it has every address',
  crash: `an address cannot change its interface, and ${MAY_CRASH}`,
} as const
