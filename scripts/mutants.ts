// npm run mutants: seeds faults into a copy of the sources, one at a time, and reports which of them no test notices.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { choose } from './mutants/choose.ts'
import { copyOf } from './mutants/copy.ts'
import { mutantsOf } from './mutants/find.ts'
import { readList } from './mutants/list-file.ts'
import type { Mutant } from './mutants/mutant.ts'
import { runVitest } from './mutants/run-vitest.ts'
import { PROJECTS, tryMutant } from './mutants/try-mutant.ts'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '40' },
    /** Mutants of a file that `--save` wrote, maybe for another state of the project, instead of new ones. */
    list: { type: 'string' },
    save: { type: 'string' },
    /** Projects of vitest to run, in this order: unit,seeds,program,screen. */
    projects: { type: 'string', default: PROJECTS.join(',') },
    nearest: { type: 'boolean', default: false },
    /** Another checkout of this project. */
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    'dry-run': { type: 'boolean', default: false },
  },
})

const root = resolve(options.root)
const extent = {
  projects: PROJECTS.filter((project) => options.projects.split(',').includes(project)),
  nearestOnly: options.nearest,
}

function chosen(): Mutant[] {
  if (options.list === undefined) {
    return choose(mutantsOf(root), Number(options.seed), Number(options.count))
  }
  const { mutants, lost } = readList(options.list, root)
  for (const { file, line, before } of lost) console.log(`NOT FOUND  ${file}:${line}\n    ${before.trim()}`)
  if (lost.length > 0) process.exitCode = 1
  return mutants
}

async function run(mutants: readonly Mutant[], signal: AbortSignal): Promise<void> {
  using copy = copyOf(root)
  const catchers = new Set<string>()
  let survived = 0
  for (const [index, mutant] of mutants.entries()) {
    const failed = await tryMutant(copy.path, mutant, extent, signal)
    if (failed) catchers.add(failed.file)
    else survived++
    const verdict = failed ? `caught by ${failed.file}: ${failed.title}` : 'SURVIVED'
    console.log(`${index + 1}/${mutants.length}  ${described(mutant)}\n    ${verdict}`)
  }
  // A test that also fails without a fault has caught nothing.
  const broken = await runVitest(copy.path, ['run', ...catchers], 60 * 60_000, signal)
  for (const { file, title } of broken) console.log(`FAILS WITHOUT A FAULT TOO  ${file}: ${title}`)
  console.log(`\n${mutants.length - survived} of ${mutants.length} mutants caught, ${survived} survived`)
  if (survived + broken.length > 0) process.exitCode = 1
}

const described = ({ file, line, kind, before, after }: Mutant): string =>
  `${file}:${line} (${kind})\n  - ${before.trim()}\n  + ${after.trim()}`

const mutants = chosen()
if (options.save !== undefined) writeFileSync(options.save, `${JSON.stringify(mutants, null, 2)}\n`)
if (options['dry-run']) for (const mutant of mutants) console.log(described(mutant))
else {
  const interrupted = new AbortController()
  // Not `once`: a second signal, as `timeout` sends it, would end us before the copy is gone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
  await run(mutants, interrupted.signal).catch((error: unknown) => {
    if (!interrupted.signal.aborted) throw error
    process.exitCode = 130
  })
}
