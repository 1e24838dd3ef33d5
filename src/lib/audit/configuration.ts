import type { HostFacts } from '../snapshot/host-facts.ts'
import type { NodeFacts } from '../snapshot/snapshot.ts'
import { isAtLeast } from '../version.ts'
import { configValue } from './config-file.ts'

/** The facts that are read from the folder with a node's configuration. */
type ConfigurationFact =
  | 'publicAddressesFile'
  | 'nodesFile'
  | 'configFile'
  | 'homeNodesFile'
  | 'enabledScripts'
  | 'serviceAddresses'
  | 'lock'

const FILES = ['publicAddressesFile', 'nodesFile', 'configFile'] as const

/**
 * Why what was read from a node's folder of configuration says nothing about its daemon; undefined if it does, as far as is known. Until 4.8
 * CTDB had no ctdb.conf, and knew public addresses only from a file that its settings named. From 4.22 on ctdb.conf may name another list of
 * nodes, also a command. In a container a daemon has a folder of its own.
 */
export function whyNotOwn(facts: NodeFacts | undefined, fact: string): string | undefined {
  const name = NAMES.get(fact)
  const host = facts?.host
  if (!facts || !host || name === undefined) return undefined
  if (FILES.every((file) => host[file] === null)) return 'there are no files of CTDB in the folder that was read'
  if (isElsewhere(facts, host)) {
    return 'its daemon has a list of nodes, but the folder that was read has none: its configuration is in another folder'
  }
  if (name === 'nodesFile' && listsNodesElsewhere(host)) return 'its ctdb.conf names another list of nodes'
  const version = host.version === undefined ? undefined : isAtLeast(host.version, 4, 9)
  if ((name === 'configFile' || name === 'lock') && host.configFile === null && version !== true) {
    return 'there is no ctdb.conf, and its version may have its settings elsewhere'
  }
  if (name === 'lock' && isOtherLock(facts, host)) return 'its daemon has another cluster lock than its ctdb.conf names'
  const isUnnamed = host.publicAddressesFile === null || facts.known?.length === 0
  if (name === 'publicAddressesFile' && version === false && isUnnamed) {
    return 'before 4.9 the settings of CTDB name the file of public addresses, and they were not read'
  }
  return undefined
}

const NAMES: ReadonlyMap<string, ConfigurationFact> = new Map(
  [...FILES, 'homeNodesFile' as const, 'enabledScripts' as const, 'serviceAddresses' as const, 'lock' as const].map((name) => [
    `host.${name}`,
    name,
  ]),
)

/** Whether its daemon has read a list of nodes that is not in the folder. */
const isElsewhere = ({ nodesFile }: NodeFacts, host: HostFacts): boolean =>
  host.nodesFile === null && nodesFile !== undefined && nodesFile.length > 0 && !listsNodesElsewhere(host)

/** The daemon has read runs of blanks as one. */
const isOtherLock = ({ clusterLock }: NodeFacts, { lock }: HostFacts): boolean =>
  clusterLock !== undefined && lock !== undefined && lock.setting.replaceAll(/\s+/g, ' ') !== clusterLock

const listsNodesElsewhere = (host: HostFacts): boolean => otherNodesList(host) !== undefined

/**
 * What ctdb.conf names in place of the nodes file (`nodes list`, 4.22 on): the path of another file, or a command after a `!`. Undefined if
 * it names nothing.
 */
export const otherNodesList = ({ configFile, version }: Partial<HostFacts>): string | undefined =>
  version === undefined || isAtLeast(version, 4, 22) !== false
    ? configValue(configFile ?? '', 'cluster', 'nodes list')
    : undefined
