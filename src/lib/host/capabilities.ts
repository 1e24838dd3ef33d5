import { CtdbtsError } from '../errors.ts'
import type { Capability } from '../snapshot/host-facts.ts'

/** The bits of Linux: see capabilities(7). */
const NET_ADMIN = 1n << 12n
const NET_RAW = 1n << 13n

/**
 * Reads which capabilities a ctdbd lacks, by lines of `/proc/PID/status`. It sends announcements itself, with those that it has (`CapEff`). What
 * it starts as root can have all of its bounding set (`CapBnd`).
 * @throws CtdbtsError HOST_UNREADABLE when a line is missing.
 */
export function lackingIn(status: string): Capability[] {
  const setOf = (name: string) => {
    const [, hex] = new RegExp(`^${name}: ([0-9a-f]+)$`, 'm').exec(status) ?? []
    if (hex === undefined) throw new CtdbtsError('HOST_UNREADABLE', 'the capabilities of ctdbd cannot be read')
    return BigInt(`0x${hex}`)
  }
  const [own, bounding] = [setOf('CapEff'), setOf('CapBnd')]
  return [...(bounding & NET_ADMIN ? [] : (['CAP_NET_ADMIN'] as const)), ...(own & NET_RAW ? [] : (['CAP_NET_RAW'] as const))]
}
