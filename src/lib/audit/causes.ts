import { type Finding, type FindingKey, findingKey } from './finding.ts'

/** What two findings have to have in common for one to follow from the other. */
type Common = 'node' | 'address' | 'nothing'

interface Rule {
  readonly cause: string
  readonly common: readonly Common[]
  /** Where the ids alone do not say it. */
  readonly when?: (effect: Finding, cause: Finding) => boolean
}

const by = (cause: string, ...common: Common[]): Rule => ({ cause, common: common.length === 0 ? ['nothing'] : common })
const failing =
  (...events: string[]) =>
  (_effect: Finding, cause: Finding): boolean =>
    events.some((event) => cause.subject.detail?.startsWith(`${event} `))

/**
 * What follows from what: for each check those that can be behind its findings, the likeliest first. When the cause is mended, the effect
 * goes away by itself. No check is, through others, behind itself.
 */
export const CAUSES: Readonly<Record<string, readonly Rule[]>> = {
  'ip-missing': [
    by('ip-duplicate-claim', 'address'),
    by('iface-absent', 'node', 'address'),
    by('script-not-enabled', 'node'),
    by('nonlocal-bind', 'node'),
    by('node-not-running', 'node'),
    by('node-banned', 'node'),
  ],
  'ip-rogue': [
    by('ip-duplicate-claim', 'address'),
    by('public-private-overlap', 'address'),
    by('ip-foreign-manager', 'node', 'address'),
    by('ip-duplicate-kernel', 'address'),
    { cause: 'script-failing', common: ['node'], when: failing('releaseip') },
  ],
  'ip-duplicate-kernel': [
    by('ip-duplicate-claim', 'address'),
    by('ip-on-dead-daemon', 'address'),
    by('ip-on-inactive-node', 'address'),
    by('public-private-overlap', 'address'),
    by('ip-foreign-manager', 'address'),
  ],
  'ip-duplicate-claim': [by('leader-disagreement')],
  'ip-unhosted': [
    by('recovery-stuck'),
    by('leader-disagreement'),
    { cause: 'script-failing', common: ['node'], when: failing('takeip') },
    by('script-not-enabled', 'node'),
  ],
  'ip-unhostable': [
    by('failover-off'),
    by('recovery-stuck'),
    by('iface-absent', 'node', 'address'),
    by('node-disconnected', 'node'),
    by('node-banned', 'node'),
    by('node-unhealthy', 'node'),
    by('node-not-running', 'node'),
    by('iface-link-mismatch', 'node'),
  ],
  'ip-on-inactive-node': [
    by('leader-disagreement', 'node'),
    { cause: 'failover-off', common: ['nothing'], when: (_effect, cause) => cause.subject.detail?.startsWith('[') === true },
  ],
  'ip-stale-view': [
    by('ip-duplicate-claim', 'address'),
    by('ip-unhosted', 'address'),
    by('ip-unhostable', 'address'),
    by('recovery-stuck'),
    by('leader-disagreement'),
  ],
  'ip-single-node': [by('file-not-loaded', 'address')],
  'ip-wrong-interface': [by('iface-absent', 'node')],
  'ip-wrong-mask': [by('file-mask-iface-change', 'node', 'address')],
  'ip-dad-failed': [by('ip-duplicate-kernel', 'address')],
  'iface-link-mismatch': [by('script-not-enabled', 'node')],
  'file-not-loaded': [{ cause: 'file-lint', common: ['node'], when: (_effect, cause) => cause.severity === 'error' }],
  'file-cross-node': [by('file-mask-iface-change', 'address')],
  'script-failing': [by('iface-absent', 'node')],
  'tunables-differ': [
    { cause: 'failover-off', common: ['nothing'], when: (effect, cause) => effect.subject.detail === cause.subject.detail },
  ],
  'recovery-stuck': [by('leader-disagreement')],
  'flags-disagreement': [by('node-disconnected', 'node'), by('leader-disagreement')],
  'node-disconnected': [by('ip-on-dead-daemon', 'node'), by('leader-disagreement', 'node')],
  'node-not-running': [by('recovery-stuck'), { cause: 'script-failing', common: ['node'], when: failing('startup') }],
  'node-unhealthy': [
    { cause: 'script-failing', common: ['node'], when: failing('monitor', 'startup') },
    by('node-not-running', 'node'),
  ],
  'leftover-drop': [{ cause: 'script-failing', common: ['node'], when: failing('releaseip', 'takeip') }],
  imbalance: [
    by('recovery-stuck'),
    by('leader-disagreement'),
    by('failover-off'),
    by('ip-duplicate-claim', 'address'),
    by('ip-unhosted', 'address'),
    by('ip-unhostable', 'address'),
    by('ip-on-inactive-node', 'address'),
    by('tunables-differ'),
    by('script-failing', 'node'),
    by('iface-absent', 'address'),
    by('node-disconnected'),
    by('node-banned'),
    by('node-unhealthy'),
    by('node-not-running'),
    by('iface-link-mismatch', 'node'),
  ],
}

/** The same findings, each with the one that it follows from, where one of them is behind it. */
export function linkCauses(findings: readonly Finding[]): Finding[] {
  const byId = Map.groupBy(findings, ({ id }) => id)
  return findings.map((effect) => {
    const causedBy = causeOf(effect, byId)
    return causedBy === undefined ? effect : { ...effect, causedBy }
  })
}

function causeOf(effect: Finding, byId: ReadonlyMap<string, readonly Finding[]>): FindingKey | undefined {
  for (const { cause, common, when } of CAUSES[effect.id] ?? []) {
    const found = byId
      .get(cause)
      ?.find((candidate) => common.every((what) => share(effect, candidate, what)) && (when?.(effect, candidate) ?? true))
    if (found) return findingKey(found)
  }
  return undefined
}

function share(a: Finding, b: Finding, what: Common): boolean {
  if (what === 'nothing') return true
  if (what === 'node') return a.nodes.some((pnn) => b.nodes.includes(pnn))
  return a.addresses.some((address) => b.addresses.includes(address))
}
