import type { SocketAddress } from '../lib/address/socket-address.ts'
import type { InterfaceState } from '../lib/cluster/report.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/** `ifaces` as a table for people. */
export const interfacesTable = (interfaces: readonly InterfaceState[], paint: Paint): string =>
  table(
    ['Interface', 'Link', 'Addresses'],
    interfaces.map(({ name, linkUp, references }) => [
      visible(name),
      linkUp ? paint('good', 'up') : paint('bad', 'down'),
      String(references),
    ]),
  )

/** `gettickles` as a table for people. */
export const ticklesTable = (
  connections: readonly { readonly source: SocketAddress; readonly destination: SocketAddress }[],
): string =>
  table(
    ['Client', 'Port', 'Public address', 'Port'],
    connections.map(({ source, destination }) => [
      source.address,
      String(source.port),
      destination.address,
      String(destination.port),
    ]),
  )
