// Simulates seeds with a bug in the program until an invariant notices it. Arguments: the number of the bug, how many seeds at most.
// Prints the seed and the invariant as JSON. It runs in a process of its own, as it loads the program otherwise than it is.
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SEEDED_BUGS } from './bugs.ts'

const root = join(import.meta.dirname, '../..')
const [, , number = '', most = ''] = process.argv
const bug = SEEDED_BUGS[Number(number)]
if (!bug) throw new Error(`there is no bug ${number}`)

registerHooks({
  load(url, context, nextLoad) {
    const edits = bug.edits.filter(({ file }) => url.startsWith('file:') && fileURLToPath(url) === join(root, file))
    if (edits.length === 0) return nextLoad(url, context)
    const source = edits.reduce(
      (text, { file, from, to }) => {
        if (text.split(from).length !== 2) throw new Error(`${file} does not have just once: ${from}`)
        return text.replace(from, () => to)
      },
      readFileSync(fileURLToPath(url), 'utf8'),
    )
    return { format: 'module', source: stripTypeScriptTypes(source), shortCircuit: true }
  },
})

const { simulate } = await import('./simulate.ts')
for (let seed = 0; seed < Number(most); seed++) {
  const story = simulate(seed)
  const invariant = story.violations[0]?.invariant ?? (simulate(seed).logHash === story.logHash ? undefined : 'same log')
  if (invariant === undefined) continue
  process.stdout.write(JSON.stringify({ seed, invariant }))
  break
}
