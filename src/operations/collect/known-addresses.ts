import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { KnownAddress } from '../../lib/snapshot/snapshot.ts'
import { decode, type ValueOf } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { type publicIp, publicIps } from '../../lib/wire/structs.ts'
import type { FactRequests } from './fact-requests.ts'

/** How many addresses a node is asked about at the same time. */
const ADDRESSES_AT_ONCE = 100

/** The replies from which complete lists (every address with its interfaces) were made. */
const replyOf = new WeakMap<readonly KnownAddress[], Uint8Array>()

/**
 * The addresses that a node knows, with their interfaces. Usually nothing has changed since the previous sample: a light sample returns
 * the previous list itself when the reply has the same bytes.
 * @param reply to GET_PUBLIC_IPS, not decoded.
 */
export async function collectKnownAddresses(requests: FactRequests, reply: Uint8Array): Promise<readonly KnownAddress[]> {
  const { isLight, before } = requests.options
  const listBefore = isLight ? before?.known : undefined
  const replyBefore = listBefore && replyOf.get(listBefore)
  if (replyBefore && Buffer.compare(reply, replyBefore) === 0) return listBefore
  const list = await new KnownAddresses(requests).collect(decode(publicIps, reply))
  if (list.every(({ interfaces }) => interfaces !== undefined)) replyOf.set(list, new Uint8Array(reply))
  return list
}

/** Adds the interfaces to the addresses that a node knows. */
class KnownAddresses {
  private readonly requests: FactRequests
  private readonly before: ReadonlyMap<string, KnownAddress>
  private hasFailed = false

  constructor(requests: FactRequests) {
    this.requests = requests
    this.before = new Map(requests.options.before?.known?.map((entry) => [entry.address, entry]))
  }

  async collect(ips: readonly ValueOf<typeof publicIp>[]): Promise<KnownAddress[]> {
    const list: KnownAddress[] = []
    for (let at = 0; at < ips.length; at += ADDRESSES_AT_ONCE) {
      list.push(...(await Promise.all(ips.slice(at, at + ADDRESSES_AT_ONCE).map((ip) => this.knownAddress(ip)))))
    }
    return list
  }

  private async knownAddress({ address, pnn }: ValueOf<typeof publicIp>): Promise<KnownAddress> {
    const plain = { address: address.address, owner: pnn === UNKNOWN_PNN ? null : pnn }
    if (this.hasFailed) return plain
    const before = this.before.get(address.address)
    if (before && this.isCurrent(before, pnn)) return before.owner === plain.owner ? before : { ...before, ...plain }
    try {
      const { interfaces, activeIndex } = await this.requests.control(controls.getPublicIpInfo, address)
      const activeInterface = interfaces[activeIndex]?.name ?? null
      return { ...plain, interfaces: interfaces.map(({ name }) => name), activeInterface }
    } catch (error) {
      // Record the failure once: the requests for the other addresses are likely to fail too.
      if (!this.hasFailed) this.requests.recordMissing('interfaces of addresses', error)
      this.hasFailed = true
      return plain
    }
  }

  /** Whether the interfaces known before still hold, now that `owner` owns the address. */
  private isCurrent({ interfaces, owner: ownerBefore }: KnownAddress, owner: number): boolean {
    const { pnn, options } = this.requests
    return (
      interfaces !== undefined &&
      (owner === ownerBefore || (owner !== pnn && ownerBefore !== pnn)) &&
      (options.isLight === true || owner !== pnn)
    )
  }
}
