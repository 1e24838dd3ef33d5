import type { SocketAddress } from '../../lib/address/socket-address.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import type { InterfaceState, OwnedIp } from '../../lib/cluster/report.ts'
import { visible } from '../visible.ts'
import { type CtdbStyle, machineLine } from './style.ts'

const linkText = ({ linkUp }: InterfaceState): string => (linkUp ? 'up' : 'down')

/** `ifaces` as `ctdb` prints it. */
export function ctdbInterfacesText(pnn: Pnn, interfaces: readonly InterfaceState[], { separator }: CtdbStyle): string {
  if (interfaces.length === 0) return `No interfaces configured on node ${pnn}\n`
  if (separator === undefined) {
    const lines = interfaces.map((each) => `name:${visible(each.name)} link:${linkText(each)} references:${each.references}\n`)
    return `Interfaces on node ${pnn}\n${lines.join('')}`
  }
  const rows = interfaces.map(({ name, linkUp, references }) => [visible(name), Number(linkUp), references])
  return [['Name', 'LinkStatus', 'References'], ...rows].map((fields) => machineLine(fields, separator)).join('')
}

/** `ipinfo` as `ctdb` prints it, which has no machine-readable form. 4294967295 means that there is no owner. */
export function ctdbIpInfoText(asked: Pnn, { address, pnn, interfaces }: OwnedIp): string {
  const configured = interfaces?.configured ?? []
  const lines = configured.map((each, index) => {
    const active = each.name === interfaces?.active ? ' (active)' : ''
    return `Interface[${index + 1}]: Name:${visible(each.name)} Link:${linkText(each)} References:${each.references}${active}\n`
  })
  const { address: ip } = address
  return [
    `Public IP[${ip}] info on node ${asked}\n`,
    `IP:${ip}\nCurrentNode:${pnn}\nNumInterfaces:${configured.length}\n`,
    ...lines,
  ].join('')
}

/** An address with its port, an IPv6 one in brackets. */
const withPort = ({ family, address, port }: SocketAddress): string =>
  family === 'ipv4' ? `${address}:${port}` : `[${address}]:${port}`

interface Tickles {
  readonly address: SocketAddress
  readonly connections: readonly { readonly source: SocketAddress; readonly destination: SocketAddress }[]
}

/** `gettickles` as `ctdb` prints it (4.25; 4.17 has "Destiation" in the heading). */
export function ctdbTicklesText({ address, connections }: Tickles, { separator }: CtdbStyle): string {
  if (separator === undefined) {
    const lines = connections.map(({ source, destination }) => `SRC: ${withPort(source)}   DST: ${withPort(destination)}\n`)
    return `Connections for IP: ${address.address}\nNum connections: ${connections.length}\n${lines.join('')}`
  }
  const rows = connections.map(({ source, destination }) => [source.address, source.port, destination.address, destination.port])
  return [['Source IP', 'Port', 'Destination IP', 'Port'], ...rows].map((fields) => machineLine(fields, separator)).join('')
}
