import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'

/**
 * Whether samples of two recordings are of the same cluster; undefined if nothing shows it. Private addresses alone do not: many sites use the same
 * ones. A daemon that runs in both does.
 * @param isSimulated each embedded cluster is another one.
 */
export function isSameCluster(before: Snapshot, now: Snapshot, isSimulated: boolean): boolean | undefined {
  if (before.nodeMap.length === 0 || now.nodeMap.length === 0) return undefined
  const pairs = now.nodeMap.flatMap((node) => {
    const other = before.nodeMap.find(({ address }) => address === node.address)
    return other ? [{ before: factsOf(before, other.pnn), now: factsOf(now, node.pnn) }] : []
  })
  if (pairs.length === 0) return false
  const starts = pairs.map((pair) => [pair.before?.times?.daemonStart, pair.now?.times?.daemonStart] as const)
  const known = starts.filter(([old, last]) => old !== undefined && last !== undefined)
  if (known.some(([old, last]) => old === last)) return true
  const hosts = pairs.map((pair) => [pair.before?.host?.hostname, pair.now?.host?.hostname] as const)
  const hasSameHost = hosts.some(([old, last]) => old !== undefined && old === last)
  if (!hasSameHost && !havePublicInCommon(before, now)) return false
  return isSimulated && known.length > 0 ? false : undefined
}

/** Also if those of one of them are not known. */
function havePublicInCommon(before: Snapshot, now: Snapshot): boolean {
  const [old, last] = [publicAddresses(before), publicAddresses(now)]
  return old.size === 0 || last.size === 0 || [...last].some((address) => old.has(address))
}

const publicAddresses = ({ nodes }: Snapshot): ReadonlySet<string> =>
  new Set(nodes.flatMap(({ known = [] }) => known.map(({ address }) => address)))
