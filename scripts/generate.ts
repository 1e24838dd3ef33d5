// Writes what is made from the sources: the lists of commands and of checks, src/main/command-list.ts, oclif.manifest.json, parts of docs/reference,
// docs/simulation.md and docs/watch.md, docs/wire-protocol.md, docs/checks.md, docs/known-bugs.md, docs/error-codes.md, the logs in docs/examples.
// With --check it writes nothing, and fails if a file is out of date: CI runs it so.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lists } from './generated/lists.ts'

function renew(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(import.meta.dirname, '..', name)
    if (!process.argv.includes('--check')) writeFileSync(path, content)
    else if (readFileSync(path, 'utf8') !== content) {
      console.error(`${name} is out of date: run \`npm run generated\` and commit it`)
      process.exitCode = 1
    }
  }
}

renew(lists())
// Loaded only now: the documents are made from the modules that the lists name.
const { documents } = await import('./generated/documents.ts')
renew(await documents())
const { exampleLogs } = await import('./generated/example-logs.ts')
renew(exampleLogs())
