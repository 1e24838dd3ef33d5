// npm run examples: runs the commands in the `console` blocks of README and docs, and writes what they print below them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withRenewedOutputs } from './docs/outputs.ts'
import { pages, ROOT } from './docs/pages.ts'

for (const { path, text } of pages()) {
  const renewed = await withRenewedOutputs(text)
  if (renewed === text) continue
  writeFileSync(join(ROOT, path), renewed)
  console.log(path)
}
