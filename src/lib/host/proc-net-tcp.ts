const ANY_IPV6 = '0'.repeat(32)
/** An IPv4 address within IPv6, as the kernel prints it on a little-endian machine. */
const MAPPED_IPV4 = /^0{16}FFFF0000/

/**
 * Whether a socket of /proc/net/tcp or /proc/net/tcp6 has this local port on an address that overlaps with all IPv4 addresses, whatever
 * the state of its connection.
 */
export const isPortUsed = (table: string, port: number): boolean =>
  table
    .split('\n')
    .slice(1)
    .some((line) => {
      const [address = '', hexPort = ''] = (line.trim().split(/\s+/)[1] ?? '').split(':')
      const overlaps = address.length <= 8 || address === ANY_IPV6 || MAPPED_IPV4.test(address)
      return overlaps && Number.parseInt(hexPort, 16) === port
    })
