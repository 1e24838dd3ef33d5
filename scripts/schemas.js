// npm run schemas: writes the JSON Schemas of the documents of `--json` to docs/reference/schemas, from their types. With --check it writes nothing,
// and fails if a file is out of date. In JavaScript, as the compiler does not see the generator, which `npm run schemas` installs apart.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { DOCUMENTS } from './schemas/documents.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/reference/schemas')
const require = createRequire(join(root, 'scripts/schemas/package.json'))
const { createGenerator } = await import(require.resolve('ts-json-schema-generator'))
const { default: Ajv } = await import(require.resolve('ajv'))

const modules = [...new Set(Object.values(DOCUMENTS).map(({ module }) => join(root, module)))]
const generator = createGenerator({
  path: `{${modules.join(',')}}`,
  tsconfig: join(root, 'scripts/schemas/tsconfig.json'),
  skipTypeCheck: true,
  expose: 'export',
  jsDoc: 'extended',
  // Keys may be added, so unknown ones are allowed.
  additionalProperties: true,
  topRef: false,
})
/** A link of a docstring. */
const LINK = / ?\{@link +(\w+) *\} ?/g
const ajv = new Ajv({ strict: true, allowUnionTypes: true })

/** The text of a schema. Throws for one that is not valid. */
function schemaText(name, type) {
  const { $schema, description, ...schema } = generator.createSchema(type)
  const title = name === 'error' ? 'ctdbts: a failure' : `ctdbts ${name}`
  const document = { $schema, title, ...(description && { description }), ...schema }
  ajv.compile(document)
  return `${JSON.stringify(document, null, 2).replaceAll(LINK, '$1')}\n`
}

function isFresh(file, text) {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

const isCheck = process.argv.includes('--check')
const texts = new Map(Object.entries(DOCUMENTS).map(([name, { type }]) => [`${name}.json`, schemaText(name, type)]))
const extra = globSync(join(folder, '*.json')).filter((file) => !texts.has(basename(file)))
const stale = [...texts].filter(([file, text]) => !isFresh(join(folder, file), text))
if (isCheck) {
  for (const file of [...stale.map(([name]) => name), ...extra.map((path) => basename(path))]) {
    console.error(`docs/reference/schemas/${file} is out of date: run \`npm run schemas\` and commit it`)
    process.exitCode = 1
  }
} else {
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of stale) writeFileSync(join(folder, file), text)
  for (const file of extra) rmSync(file)
}
