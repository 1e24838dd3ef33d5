import { registerHooks } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node } from 'oxc-parser'
import { nodesOf } from '../mutants/syntax.ts'

/** A piece of code that runs as a whole: the body of a function, a branch, the right side of `&&`. */
export interface Block {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** What was counted in the sources that were imported since {@link countBlocks}. */
export interface Coverage {
  /** How often each block has run. */
  readonly hits: Uint32Array
  /** One for each number in `hits` that is in use. */
  readonly blocks: readonly Block[]
  /** The texts and numbers in the sources, by file. */
  readonly literals: ReadonlyMap<string, ReadonlySet<string>>
}

/** Far more than all our sources have. */
const MOST_BLOCKS = 1 << 16
const COUNTERS = 'fuzzBlockHits'

/** Counts the blocks of the source files below `folder` that are imported from now on in this thread. */
export function countBlocks(folder: string): Coverage {
  const blocks: Block[] = []
  const literals = new Map<string, Set<string>>()
  const hits = new Uint32Array(MOST_BLOCKS)
  Reflect.set(globalThis, COUNTERS, hits)
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const file = url.startsWith('file:') ? fileURLToPath(url) : ''
      if (!file.startsWith(folder + sep) || !loaded.source) return loaded
      const source = Buffer.from(loaded.source as Uint8Array).toString()
      literals.set(file, literalsIn(file, source))
      return { ...loaded, source: withCounters(file, source, blocks) }
    },
  })
  return { hits, blocks, literals }
}

const literalsIn = (file: string, source: string): Set<string> =>
  new Set(
    [...nodesOf(file, source)].flatMap(({ node }) => {
      if (node.type === 'TemplateElement') return node.value.raw
      return node.type === 'Literal' && ['string', 'number', 'bigint'].includes(typeof node.value) ? String(node.value) : []
    }),
  )

/** The source with a counter in each block. No line changes its number. */
export function withCounters(file: string, source: string, blocks: Block[]): string {
  const opening = new Map<number, string>()
  const closing = new Map<number, string>()
  const insert = (start: number, before: string, end?: number, after = '') => {
    blocks.push({ file, line: source.slice(0, start).split('\n').length })
    opening.set(start, (opening.get(start) ?? '') + before)
    // Inner nodes come after outer ones, and close before them.
    if (end !== undefined) closing.set(end, after + (closing.get(end) ?? ''))
  }
  const count = () => `${COUNTERS}[${blocks.length}]++`
  for (const { node } of nodesOf(file, source)) {
    for (const block of blocksIn(node)) {
      if (block.kind === 'statements') insert(block.at, `${count()};`)
      else if (block.kind === 'statement') insert(block.node.start, `{${count()};`, block.node.end, '}')
      else insert(block.node.start, `(${count()},`, block.node.end, ')')
    }
  }
  const places = [...new Set([...opening.keys(), ...closing.keys()])].sort((a, b) => a - b)
  let [counted, from] = [`const ${COUNTERS} = globalThis.${COUNTERS};`, 0]
  for (const at of places) {
    counted += source.slice(from, at) + (closing.get(at) ?? '') + (opening.get(at) ?? '')
    from = at
  }
  return counted + source.slice(from)
}

type Place =
  | { readonly kind: 'statements'; readonly at: number }
  | { readonly kind: 'statement' | 'expression'; readonly node: Node }

/** Where blocks begin in a node. Blocks in braces are nodes themselves. */
function blocksIn(node: Node): Place[] {
  const statement = (part: Node | null): Place[] =>
    part && part.type !== 'BlockStatement' ? [{ kind: 'statement', node: part }] : []
  const expression = (part: Node): Place => ({ kind: 'expression', node: part })
  switch (node.type) {
    case 'BlockStatement':
      return [{ kind: 'statements', at: node.start + 1 }]
    case 'SwitchCase':
      return node.consequent.slice(0, 1).map(({ start }) => ({ kind: 'statements', at: start }))
    case 'ArrowFunctionExpression':
      return node.expression ? [expression(node.body)] : []
    case 'ConditionalExpression':
      return [expression(node.consequent), expression(node.alternate)]
    case 'LogicalExpression':
      return [expression(node.right)]
    case 'IfStatement':
      return [...statement(node.consequent), ...statement(node.alternate)]
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
      return statement(node.body)
    default:
      return []
  }
}
