import type { Node } from 'oxc-parser'

/** A change of the text between two offsets. */
interface Fault {
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly text: string
}

const OPERATORS: Record<string, string> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '&&': '||',
  '||': '&&',
}

const COMPARISONS = new Set(['<', '<=', '>', '>=', '===', '!=='])
const LEAVING = new Set(['ReturnStatement', 'ContinueStatement', 'BreakStatement', 'ThrowStatement'])
const ERROR_CODE = /^[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*$/
/** Names of numbers that no test should depend on to the last digit: times and sizes. */
const APPROXIMATE = /ms$|seconds$|limit|timeout|width|height|delay|interval|pause|every/i

/** The faults that can be made of a node, leaving out those that change nothing that could be noticed. */
export function faultsOf(node: Node, parents: readonly Node[], source: string): Fault[] {
  const [parent] = parents
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return operatorFaults(node, parent, source)
    case 'IfStatement':
      return [...negated(node.test, source), ...dropped(node)]
    case 'ConditionalExpression':
      return negated(node.test, source)
    case 'Literal':
      return literalFaults(node, parents)
    default:
      return []
  }
}

type Operation = Extract<Node, { type: 'BinaryExpression' | 'LogicalExpression' }>

function operatorFaults(node: Operation, parent: Node | undefined, source: string): Fault[] {
  const text = OPERATORS[node.operator]
  if (text === undefined || isText(node.left) || isText(node.right) || isOrder(node, parent)) return []
  const between = source.slice(node.left.end, node.right.start)
  const start = node.left.end + between.indexOf(node.operator)
  return [{ kind: 'operator', start, end: start + node.operator.length, text }]
}

/** Joins text, which `-` cannot. */
const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' ||
  (node.type === 'Literal' && typeof node.value === 'string') ||
  (node.type === 'BinaryExpression' && node.operator === '+' && (isText(node.left) || isText(node.right)))

/** `a < b ? -1 : 1` with equal values is one order as good as another. */
const isOrder = (node: Operation, parent: Node | undefined): boolean =>
  parent?.type === 'ConditionalExpression' && parent.test === node && parent.consequent.type === 'UnaryExpression'

function negated(test: Node, source: string): Fault[] {
  // `===` and `!==` are each other's negation already.
  if (test.type === 'BinaryExpression' && /^[!=]==$/.test(test.operator)) return []
  return [{ kind: 'condition', start: test.start, end: test.end, text: `!(${source.slice(test.start, test.end)})` }]
}

function dropped(node: Extract<Node, { type: 'IfStatement' }>): Fault[] {
  if (node.alternate || !LEAVING.has(node.consequent.type)) return []
  return [{ kind: 'early end', start: node.start, end: node.end, text: ';' }]
}

type Literal = Extract<Node, { type: 'Literal' }>

function literalFaults(node: Literal, parents: readonly Node[]): Fault[] {
  const [parent] = parents
  const change = (kind: string, text: string): Fault[] => [{ kind, start: node.start, end: node.end, text }]
  if (typeof node.value === 'boolean') return change('constant', String(!node.value))
  if (typeof node.value === 'string') return isErrorCode(node, parent) ? change('error code', `'${node.value}_X'`) : []
  if (typeof node.value !== 'number' || !Number.isInteger(node.value) || isApproximate(node.value, parents)) return []
  const isBound = parent?.type === 'BinaryExpression' && COMPARISONS.has(parent.operator)
  const kind = isBound ? 'bound' : 'constant'
  return [...change(kind, String(node.value + 1)), ...(node.value > 0 ? change(kind, String(node.value - 1)) : [])]
}

function isErrorCode(node: Literal, parent: Node | undefined): boolean {
  if (!ERROR_CODE.test(String(node.value))) return false
  if (parent?.type === 'NewExpression' || parent?.type === 'CallExpression') return parent.arguments[0] === node
  return parent?.type === 'Property' && nameOf(parent.key) === 'code'
}

function isApproximate(value: number, parents: readonly Node[]): boolean {
  const named = parents.find((each) => ['Property', 'PropertyDefinition', 'VariableDeclarator'].includes(each.type))
  return (value >= 50 && value % 10 === 0) || APPROXIMATE.test(named ? nameOfDeclared(named) : '')
}

const nameOf = (node: Node): string => (node.type === 'Identifier' ? node.name : '')

function nameOfDeclared(node: Node): string {
  if (node.type === 'VariableDeclarator') return nameOf(node.id)
  return node.type === 'Property' || node.type === 'PropertyDefinition' ? nameOf(node.key) : ''
}
