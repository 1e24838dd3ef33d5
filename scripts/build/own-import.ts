import { parseSync, Visitor } from 'oxc-parser'

/**
 * The source of a CommonJS module with another function in place of `import()`: Node has that only for modules that it loads itself.
 * @param name of the function.
 */
export function withOwnImport(source: string, name: string): string {
  const starts: number[] = []
  new Visitor({ ImportExpression: ({ start }) => void starts.push(start) }).visit(
    parseSync('part.cjs', source, { sourceType: 'commonjs' }).program,
  )
  return starts
    .toSorted((a, b) => b - a)
    .reduce((text, at) => `${text.slice(0, at)}${name}${text.slice(at + 'import'.length)}`, source)
}
