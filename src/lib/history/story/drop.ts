import type { Pnn } from '../../cluster/node.ts'
import type { AddressStory } from './address.ts'
import type { NodeStory } from './node-story.ts'
import type { Outcome } from './outcomes.ts'

/** What becomes of the addresses of a node that drops all. */
interface Drop {
  readonly released: readonly AddressStory[]
  /** The node does not own them any more; whether its kernel had them until then, the log does not say. */
  readonly givenUp: readonly AddressStory[]
  /** The node may have released or kept them. */
  readonly unclear: readonly AddressStory[]
  /** How many others it released. */
  readonly unnamed: number
  /** Whether it is clear which of the known ones it released. */
  readonly isExact: boolean
}

interface Dropper {
  readonly pnn: Pnn
  readonly atMs: number
  readonly node: NodeStory | undefined
  readonly outcome: Outcome
}

/** A kernel that has an address by mistake is reported about every second. */
const STRAY_MS = 20_000

/** A node that drops all its addresses does not name them, but counts them. */
export function dropOf(stories: readonly AddressStory[], { pnn, atMs, node, outcome }: Dropper): Drop {
  const { count, kept, strays } = outcome
  const isStray = (address: string) => strays?.has(address) === true
  const had = stories.filter(({ claims, address }) => {
    if (kept?.has(address)) return false
    return claims.has(pnn) || isStray(address) || isRecentStray(node, address, atMs)
  })
  const isTaking = ({ takingUntilMs, address }: AddressStory) => takingUntilMs > atMs && !isStray(address)
  const unclear = had.filter(isTaking)
  const held = had.filter((story) => !isTaking(story))
  // A kernel that had lost some of them has fewer to release.
  const inKernel = held.filter((story) => node?.missing.has(story.address) !== true)
  const isEnough = count === inKernel.length || (unclear.length === 0 && count !== undefined && count > inKernel.length)
  // Of others that it released, one may be that which its kernel had lost before.
  const isExact = isEnough && unclear.length === 0 && inKernel.length === held.length
  const released = count === undefined ? held : isEnough ? inKernel : held.filter(({ address }) => isStray(address))
  const givenUp = held.filter((story) => !released.includes(story))
  return { released, givenUp, unclear, unnamed: (count ?? 0) - released.length, isExact }
}

const isRecentStray = (node: NodeStory | undefined, address: string, atMs: number): boolean =>
  atMs - (node?.stray.get(address) ?? Number.NEGATIVE_INFINITY) < STRAY_MS
