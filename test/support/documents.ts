import { readFileSync } from 'node:fs'
import { DOCUMENTS } from '../../scripts/schemas/documents.ts'
import { type Schema, schemaFaults } from './json-schema.ts'

const FOLDER = new URL('../../docs/reference/schemas/', import.meta.url)
const schemas = new Map<string, Schema>()

/** Options that make another document of a command. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  verify: {
    '--list-checks': 'verify-list-checks',
    '--explain': 'verify-list-checks',
    '--list-known-bugs': 'verify-list-known-bugs',
    '--interval': 'verify-interval',
  },
  reloadips: { '--dry-run': 'reloadips-dry-run' },
  'takeover-run': { '--dry-run': 'takeover-run-dry-run' },
}
/** Commands that print a document a line. */
const BY_LINES: readonly string[] = ['history', 'sim', 'verify-interval', 'watch']

/** The schema of what a command line prints; undefined if it is no command with `--json`. */
function schemaNameOf(argv: readonly string[]): string | undefined {
  const command = argv.find((word) => word in DOCUMENTS)
  if (command === undefined || !argv.includes('--json')) return undefined
  return (
    Object.entries(VARIANTS[command] ?? {}).find(([option]) => argv.some((word) => word.split('=')[0] === option))?.[1] ?? command
  )
}

/** A schema in docs/reference/schemas. */
export function schemaNamed(name: string): Schema {
  const schema = schemas.get(name) ?? JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))
  schemas.set(name, schema)
  return schema
}

/** What is wrong with the output of a command line with `--json`, by the schemas in the docs. Without `--json` nothing is. */
export function documentFaults(argv: readonly string[], stdout: string): string[] {
  const name = schemaNameOf(argv)
  if (name === undefined || stdout === '') return []
  return documentsOf(name, stdout).flatMap((document) => {
    const isError = typeof document === 'object' && document !== null && 'error' in document && 'formatVersion' in document
    const actual = isError && !('at' in document) ? 'error' : name
    return schemaFaults(document, schemaNamed(actual)).map((fault) => `${actual}: ${fault}`)
  })
}

function documentsOf(name: string, stdout: string): unknown[] {
  // A failure is one document also there.
  if (!BY_LINES.includes(name) || stdout.startsWith('{\n')) return [JSON.parse(stdout)]
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
