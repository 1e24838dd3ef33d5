/**
 * An embedded CTDB cluster: nodes, kernels and recovery daemons in this process, for tests, demos and learning.
 * @module
 */
export type { Era } from '../lib/cluster/era.ts'
export type { Level } from '../lib/log/level.ts'
export { type LogEntry, type LogSource, logLine } from '../sim/log/entry.ts'
export { type HostLayout, type Layout, uniformLayout } from '../sim/world/layout.ts'
export type { InterfaceConfiguration } from '../sim/world/memory-host.ts'
export { EmbeddedCluster, type EmbeddedClusterOptions, startCluster } from './embedded-cluster.ts'
