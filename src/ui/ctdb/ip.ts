import type { IpReport, OwnedIp } from '../../lib/cluster/report.ts'
import { visible } from '../visible.ts'
import { type CtdbStyle, machineLine, signed } from './style.ts'

/** `ip` as `ctdb` prints it. */
export function ctdbIpText(report: IpReport, style: CtdbStyle): string {
  const { separator, verbose } = style
  if (separator === undefined) {
    const title = report.of === 'all' ? 'Public IPs on ALL nodes\n' : `Public IPs on node ${report.of}\n`
    return title + report.ips.map((ip) => personLine(ip, verbose)).join('')
  }
  const columns = ['Public IP', 'Node', ...(verbose ? ['ActiveInterfaces', 'AvailableInterfaces', 'ConfiguredInterfaces'] : [])]
  const rows = report.ips.map((ip) => [ip.address.address, signed(ip.pnn), ...(verbose ? interfaceColumns(ip) : [])])
  return [columns, ...rows].map((fields) => machineLine(fields, separator)).join('')
}

function personLine(ip: OwnedIp, verbose: boolean): string {
  if (!verbose) return `${ip.address.address} ${signed(ip.pnn)}\n`
  const [active, available, configured] = interfaceColumns(ip)
  return `${ip.address.address} node[${signed(ip.pnn)}] active[${active}] available[${available}] configured[${configured}]\n`
}

/** The active interface, those with a link, and all: names joined by commas; empty where no node could be asked. */
export function interfaceColumns({ interfaces }: OwnedIp): [active: string, available: string, configured: string] {
  const configured = interfaces?.configured ?? []
  const names = (list: typeof configured) => list.map(({ name }) => visible(name)).join(',')
  return [visible(interfaces?.active ?? ''), names(configured.filter(({ linkUp }) => linkUp)), names(configured)]
}
