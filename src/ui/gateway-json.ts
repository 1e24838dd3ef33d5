import type { Versioned } from './documents/common.ts'

/** A node as `natgw` and `lvs` report it. */
interface GatewayNode {
  readonly pnn?: number
  readonly address: string
  readonly leader?: boolean
  /** Its flags, as `status` shows them. */
  readonly state?: string
  readonly thisNode?: boolean
}

/** The answer of a helper script of CTDB as JSON (`natgw`, `lvs`). */
export type GatewayAnswer =
  | (Versioned & {
      /** Null if there is none. */
      readonly leader: GatewayNode | null
    })
  | (Versioned & { readonly nodes: readonly GatewayNode[] })

const LEADER_LINE = /^(\d+) (\S+)$/
const LIST_LINE = /^(\S+)(?:\s+(LEADER))?/
const STATUS_LINE = /^pnn:(\d+) (\S+)\s+(\S+)( \(THIS NODE\))?$/

/**
 * Reads the answer of a helper script.
 * @param word the question: `leader`, `list` or `status`.
 */
export function gatewayJson(word: string, text: string): GatewayAnswer {
  const lines = text.split('\n').filter((line) => line !== '')
  if (word === 'leader') {
    const [, pnn, address] = LEADER_LINE.exec(lines[0] ?? '') ?? []
    return { formatVersion: 1, leader: address === undefined ? null : { pnn: Number(pnn), address } }
  }
  return { formatVersion: 1, nodes: lines.flatMap((line) => (word === 'list' ? listed(line) : stateOf(line)) ?? []) }
}

function listed(line: string): GatewayNode | undefined {
  const [, address, leader] = LIST_LINE.exec(line) ?? []
  return address === undefined ? undefined : { address, leader: leader !== undefined }
}

function stateOf(line: string): GatewayNode | undefined {
  const [, pnn, address, state, thisNode] = STATUS_LINE.exec(line) ?? []
  if (address === undefined || state === undefined) return undefined
  return { pnn: Number(pnn), address, state, thisNode: thisNode !== undefined }
}
