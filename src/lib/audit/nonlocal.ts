import { parseIp } from '../address/ip-text.ts'
import type { Pnn } from '../cluster/node.ts'
import { isAtLeast } from '../version.ts'
import { hasBug } from './known-bugs/bug.ts'
import { knownBug } from './known-bugs/table.ts'
import type { View } from './view.ts'

const FAMILIES = ['ipv4', 'ipv6'] as const

/** An address family, as `ip_nonlocal_bind` has one setting for each. */
export type Family = (typeof FAMILIES)[number]

/** The families of these addresses for which programs on the node can bind to addresses that it does not have. */
export const nonlocalFamilies = (
  settings: Readonly<Record<Family, boolean>>,
  addresses: readonly { readonly address: string }[],
): Family[] =>
  FAMILIES.filter((family) => settings[family] && addresses.some(({ address }) => parseIp(address)?.family === family))

/** What ip_nonlocal_bind=1 does to a daemon. */
export type NonlocalEffect = 'deceived' | 'crash' | 'none'

/**
 * Whether a version tests for an address with bind(), which also fails for an IPv6 address that is not usable: up to 4.21. Undefined if the
 * version does not tell.
 */
export function testsWithBind(version: string): boolean | undefined {
  const isNewer = isAtLeast(version, 4, 22)
  return isNewer === undefined ? undefined : !isNewer
}

/**
 * What the setting does to a version. Up to 4.21 CTDB tests for an address with bind(); then it looks at the addresses of the interfaces, but
 * bug 15935 remained for some releases. Undefined if the version does not tell.
 */
export function nonlocalEffectOn(version: string): NonlocalEffect | undefined {
  if (testsWithBind(version)) return 'deceived'
  const mayCrash = hasBug(version, knownBug(15935))
  return mayCrash === undefined ? undefined : mayCrash ? 'crash' : 'none'
}

/** Whether a node's daemon believes that its kernel has every address of the family of this one. False if it is not known. */
export function isDeceived(view: View, pnn: Pnn, address: string): boolean {
  const settings = view.peek(pnn, 'host.nonlocalBind')
  const version = view.peek(pnn, 'host.version')
  if (!settings || version === undefined || nonlocalEffectOn(version) !== 'deceived') return false
  return nonlocalFamilies(settings, [{ address }]).length > 0
}

/** Whether CTDB does not see an address in a node's kernel, as the kernel refuses to use it (up to 4.21). */
export function isUnseen(view: View, pnn: Pnn, address: string): boolean {
  const held = view.peek(pnn, 'host.addresses')?.filter((each) => each.address === address) ?? []
  const version = view.peek(pnn, 'host.version')
  return held.length > 0 && held.every(({ dadFailed }) => dadFailed) && testsWithBind(version ?? '') !== false
}
