import { isDeepStrictEqual } from 'node:util'

/** What the generator of our schemas uses of JSON Schema. */
export interface Schema {
  readonly $schema?: string
  readonly title?: string
  readonly description?: string
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly items?: Schema | readonly Schema[]
  readonly minItems?: number
  readonly maxItems?: number
}

const NAMING = ['$schema', 'title', 'description', 'definitions', '$ref', 'anyOf', 'type', 'const', 'enum'] as const
const PARTS = ['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'] as const
const KEYWORDS = new Set<string>([...NAMING, ...PARTS] satisfies (keyof Schema)[])

/**
 * Where a value is not as its schema says, as paths with reasons. Keys that the schema does not name are faults too, though the schema allows them.
 * @throws for a keyword that it does not know.
 */
export function schemaFaults(value: unknown, schema: Schema, root = schema, path = ''): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword))
  if (unknown.length > 0) throw new Error(`unknown keywords: ${unknown}`)
  const { $ref, anyOf, type, items } = schema
  if ($ref !== undefined) return schemaFaults(value, referred($ref, root), root, path)
  if (anyOf) return unionFaults(value, anyOf, root, path)
  if (type !== undefined && ![type].flat().includes(typeOf(value))) return [`${path}: ${typeOf(value)}, not ${type}`]
  if ('const' in schema && !isDeepStrictEqual(value, schema.const)) return [`${path}: not ${JSON.stringify(schema.const)}`]
  if (schema.enum?.includes(value) === false) return [`${path}: ${JSON.stringify(value)} is not in the list`]
  if (Array.isArray(value)) return listFaults(value, schema, items, root, path)
  return typeof value === 'object' && value !== null ? objectFaults(value, schema, root, path) : []
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

function referred($ref: string, root: Schema): Schema {
  const schema = root.definitions?.[decodeURIComponent($ref.replace('#/definitions/', ''))]
  if (!schema) throw new Error(`there is no ${$ref}`)
  return schema
}

function unionFaults(value: unknown, schemas: readonly Schema[], root: Schema, path: string): string[] {
  const faults = schemas.map((each) => schemaFaults(value, each, root, path))
  // Of the one that fits best.
  return faults.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function listFaults(value: readonly unknown[], schema: Schema, items: Schema['items'], root: Schema, path: string): string[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema
  if (value.length < minItems || value.length > maxItems) return [`${path}: ${value.length} items`]
  return value.flatMap((item, index) => {
    const each = Array.isArray(items) ? items[index] : items
    return each ? schemaFaults(item, each, root, `${path}[${index}]`) : [`${path}[${index}]: no schema`]
  })
}

function objectFaults(value: object, schema: Schema, root: Schema, path: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name}: missing`)
  const wrong = Object.entries(value).flatMap(([name, part]) => {
    const each = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    return each ? schemaFaults(part, each, root, `${path}.${name}`) : [`${path}.${name}: not in the schema`]
  })
  return [...missing, ...wrong]
}
