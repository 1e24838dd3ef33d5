import { type Node, parseSync, visitorKeys } from 'oxc-parser'

/** The children of a node that are executed. Types are left out: a fault in a type is no fault of the program. */
function* childrenOf(node: Node): Generator<Node> {
  for (const key of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, Node | null | readonly (Node | null)[]>)[key]
    for (const child of Array.isArray(value) ? value : [value]) if (child && !isType(child)) yield child
  }
}

const EXECUTED = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSInstantiationExpression'])
const isType = (node: Node): boolean => node.type.startsWith('TS') && !EXECUTED.has(node.type)

/** Every node of a file that is executed, with the nodes that it is in, nearest first. */
export function* nodesOf(file: string, source: string): Generator<{ node: Node; parents: readonly Node[] }> {
  const { program, errors } = parseSync(file, source)
  if (errors[0]) throw new Error(`cannot parse ${file}: ${errors[0].message}`)
  yield* below(program, [])
}

function* below(node: Node, parents: readonly Node[]): Generator<{ node: Node; parents: readonly Node[] }> {
  yield { node, parents }
  for (const child of childrenOf(node)) yield* below(child, [node, ...parents])
}
