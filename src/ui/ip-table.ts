import { UNKNOWN_PNN } from '../lib/cluster/node.ts'
import type { IpReport } from '../lib/cluster/report.ts'
import { interfaceColumns } from './ctdb/ip.ts'
import { type Paint, table } from './table.ts'
import { viewLimitNote } from './view-limit.ts'

/** `ip` as a table for people. */
export function ipTable({ of, ips, nodes, viewLimit }: IpReport, paint: Paint): string {
  const title = of === 'all' ? 'Public addresses, as reported by their owners' : `Public addresses, as node ${of} believes`
  const rows = ips.map((ip) => {
    const [active, available, configured] = interfaceColumns(ip)
    const node = nodes.find(({ pnn }) => pnn === ip.pnn)?.address.address ?? ''
    const owner = ip.pnn === UNKNOWN_PNN ? paint('bad', 'nobody') : String(ip.pnn)
    const links = ip.interfaces && available === '' ? paint('bad', 'none') : available
    return [ip.address.address, owner, node, active, links, configured]
  })
  const grid = table(['Address', 'Owner', 'Node', 'Active', 'With link', 'Configured'], rows)
  const unhosted = ips.filter(({ pnn }) => pnn === UNKNOWN_PNN).length
  return `${title}\n${grid}${ips.length} addresses, ${paint(unhosted > 0 ? 'bad' : 'good', `${unhosted} without owner`)}\n${viewLimitNote(viewLimit)}`
}
