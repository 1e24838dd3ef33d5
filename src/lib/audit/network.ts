import { formatIp, type IpBytes, parseIp } from '../address/ip-text.ts'

const maskedBytes = (bytes: Uint8Array, bits: number): Uint8Array =>
  bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))))

/** The network of an address with this prefix length: `10.9.0.0/24`. */
export const networkText = ({ family, bytes }: IpBytes, bits: number): string =>
  `${formatIp({ family, bytes: maskedBytes(bytes, bits) })}/${bits}`

/** Whether an address is in the network of another address with this prefix length. */
export function inNetwork(address: string, network: IpBytes, bits: number): boolean {
  const ip = parseIp(address)
  if (ip?.family !== network.family) return false
  const [own, other] = [maskedBytes(ip.bytes, bits), maskedBytes(network.bytes, bits)]
  return own.every((byte, index) => byte === other[index])
}
