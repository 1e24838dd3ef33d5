import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.ts'
import { DOCUMENTS, WITHOUT_DOCUMENT } from '../../scripts/schemas/documents.ts'
import { schemaNamed } from '../support/documents.ts'
import { schemaFaults } from '../support/json-schema.ts'

const names = Object.keys(DOCUMENTS)

it('every command that takes --json has a schema', () => {
  const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { flags: Record<string, unknown> }>
  }
  const withJson = Object.entries(commands).flatMap(([id, { flags }]) => ('json' in flags ? [id] : []))
  expect(withJson.filter((id) => !names.includes(id))).toEqual(WITHOUT_DOCUMENT)
})

it('every schema is in the docs, and nothing else', () => {
  const files = globSync('docs/reference/schemas/*', { cwd: ROOT }).map((path) => basename(path))
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.json`).toSorted())
})

it('every schema says what its document is', () => {
  expect(names.filter((name) => schemaNamed(name).title === undefined)).toEqual([])
})

it('a document of another command is refused', () => {
  expect(schemaFaults({ formatVersion: 1, pid: 1 }, schemaNamed('pnn'))).toEqual(['.pnn: missing', '.pid: not in the schema'])
})
