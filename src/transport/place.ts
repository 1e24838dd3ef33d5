import type { HostAccess } from './host-access.ts'

/** How this machine was reached, for reports: the `name` of its HostAccess. */
export const LOCALLY = 'locally'

const THIS_MACHINE = 'this machine'

/** What a machine is called in a message: `this machine`, or `ssh root@node1:22`. */
export const machineOf = ({ name }: Pick<HostAccess, 'name'>): string => (name === LOCALLY ? THIS_MACHINE : name)

/** Where a peer is, a machine or the path of a socket: `on this machine`, `at /run/ctdb/ctdbd.socket`. */
export const placeOf = (peer: string): string => (peer === THIS_MACHINE ? `on ${peer}` : `at ${peer}`)
