import { readFileSync } from 'node:fs'
import { healthyCluster } from '../support/audit-cluster.ts'

/** Snapshots as JSON: of a healthy cluster, and some that somebody reported. */
export const smallSnapshots = (): string[] => [
  JSON.stringify(healthyCluster({ nodes: 2, addresses: ['10.0.0.1', 'fd00::1'] })),
  ...['bug14826', 'dead', 'gluster1157', 'output-lines'].map((name) =>
    JSON.stringify(JSON.parse(readFileSync(new URL(`../golden/cases/${name}.json`, import.meta.url), 'utf8'))),
  ),
]
