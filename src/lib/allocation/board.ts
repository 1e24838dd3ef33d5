import { compareKey128, type Key128, parseKey128 } from '../address/key128.ts'
import { CtdbtsError } from '../errors.ts'
import { type AllocationInput, type AllocationStep, NO_OWNER } from './input.ts'

/**
 * The state that the algorithms work on: addresses are numbered in list order (descending by key), nodes by PNN. They read
 * `mayHost[pnn * count + ip]` most often, so it is one flat array.
 */
export interface Board {
  readonly nodes: number
  /** Number of addresses. */
  readonly count: number
  readonly addresses: readonly string[]
  readonly keys: readonly Key128[]
  /** Whether a node could host an address at the moment. */
  readonly mayHost: Uint8Array
  /** The current owner of each address. The algorithms change it. */
  readonly owner: Int32Array
  /** Index of an address by its text in the input. */
  readonly indexOf: (address: string) => number | undefined
  /** Receives each step, if the caller wants explanations. */
  readonly note: ((step: AllocationStep) => void) | undefined
}

/**
 * Merges what the nodes know into one list. The owner of an address is the last node, by PNN, that claims it itself; beliefs about other nodes
 * are ignored.
 * @throws CtdbtsError BAD_ADDRESS for a text that is not an address.
 */
export function setUpBoard({ nodes, known, available }: AllocationInput, note?: (step: AllocationStep) => void): Board {
  const entryOf = entryReader()
  const merged = new Set<Entry>()
  known.forEach((list, pnn) => {
    for (const [address, claimed] of list) {
      const entry = entryOf(address)
      merged.add(entry)
      if (claimed === pnn) entry.owner = pnn
    }
  })
  const entries = [...merged].sort((a, b) => compareKey128(b.key, a.key))
  entries.forEach((entry, index) => {
    entry.index = index
  })
  const indexOf = (address: string) => entryOf(address).index

  const count = entries.length
  const mayHost = new Uint8Array(nodes * count)
  available.slice(0, nodes).forEach((list, pnn) => {
    for (const address of list) {
      const index = indexOf(address)
      if (index !== undefined) mayHost[pnn * count + index] = 1
    }
  })
  return {
    nodes,
    count,
    addresses: entries.map(({ address }) => address),
    keys: entries.map(({ key }) => key),
    mayHost,
    owner: Int32Array.from(entries, ({ owner }) => owner),
    indexOf,
    note,
  }
}

interface Entry {
  readonly address: string
  readonly key: Key128
  owner: number
  /** Its place in the list; undefined if no node knows it. */
  index: number | undefined
}

/** One entry for each address, however many nodes name it and in whatever form. Each text is parsed once. */
function entryReader(): (address: string) => Entry {
  const byText = new Map<string, Entry>()
  const byKey = new Map<string, Entry>()
  return (address) => {
    const seen = byText.get(address)
    if (seen) return seen
    const key = parseKey128(address)
    if (!key) throw new CtdbtsError('BAD_ADDRESS', `${JSON.stringify(address)} is not an IP address`)
    const entry = byKey.get(key.join()) ?? { address, key, owner: NO_OWNER, index: undefined }
    byText.set(address, entry)
    byKey.set(key.join(), entry)
    return entry
  }
}

/** Whether a node could host an address at the moment. */
export const mayHost = ({ mayHost, count }: Board, pnn: number, ip: number): boolean => mayHost[pnn * count + ip] === 1

/** Takes addresses away from owners that cannot host them. */
export function unassignUnsuitable(board: Board): void {
  const { owner, count } = board
  for (let ip = 0; ip < count; ip++) {
    const pnn = owner[ip] as number
    if (pnn === NO_OWNER || mayHost(board, pnn, ip)) continue
    owner[ip] = NO_OWNER
    board.note?.({ kind: 'unassigned', address: addressOf(board, ip), from: pnn })
  }
}

/** The text of an address. */
export const addressOf = ({ addresses }: Board, ip: number): string => addresses[ip] as string

/** How many addresses each node owns. */
export function countOwned({ owner, nodes }: Board): Int32Array {
  const owned = new Int32Array(nodes)
  for (const pnn of owner) if (pnn !== NO_OWNER) owned[pnn] = (owned[pnn] as number) + 1
  return owned
}

/** The PNNs of all nodes. */
export const nodesOf = ({ nodes }: Board): number[] => Array.from({ length: nodes }, (_, pnn) => pnn)

/** The addresses that a node owns, in list order. */
export function ownedBy({ owner, count }: Board, pnn: number): Int32Array {
  const list = new Int32Array(count)
  let length = 0
  for (let ip = 0; ip < count; ip++) if (owner[ip] === pnn) list[length++] = ip
  return list.subarray(0, length)
}
