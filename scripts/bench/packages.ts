// How large each package is, and how much processor time a start of it takes. Writes docs/benchmarks.md.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { RUN_JS } from './checkouts.ts'
import { costOf, costsInTurn, ratiosOf } from './cost.ts'
import { figures, reportLine } from './pairs.ts'

const ROOT = join(import.meta.dirname, '../..')
const ROUNDS = 40

/** Measures the packages in the folder PACKAGES, or makes them. `dir` is for files on the way. */
export async function benchPackages(dir: string): Promise<void> {
  const folder = process.env.PACKAGES ?? join(dir, 'packages')
  if (process.env.PACKAGES === undefined) execFileSync(process.execPath, [join(ROOT, 'scripts/package.ts'), '--out', folder])
  const sizes = readdirSync(folder)
    .filter((name) => !name.startsWith('SHA'))
    .map((name) => [name, megabytes(join(folder, name))] as const)
  for (const [name, size] of sizes) console.log(`${name}: ${size} MB`)
  const executable = join(folder, `${packageJson.name}-${packageJson.version}-linux-${process.arch}`)
  const program = [process.execPath, RUN_JS]
  const snapshot = join(dir, 'snapshot.json')
  await costOf([executable, 'snapshot', '--sim', '-o', snapshot])
  const ip = ['ip', '--from', snapshot]
  const bare = [process.execPath, '-e', '0']
  const compared: readonly (readonly [what: string, a: string[], b: string[]])[] = [
    ['`ip --from FILE`, npm package, against `node -e 0`', [...program, ...ip], bare],
    ['`ip --from FILE`, single executable, against `node -e 0`', [executable, ...ip], bare],
    ['`ip --from FILE`, single executable, against npm package', [executable, ...ip], [...program, ...ip]],
    ['`--version`, single executable, against npm package', [executable, '--version'], [...program, '--version']],
  ]
  const starts: string[] = []
  for (const [what, a, b] of compared) {
    const pairs = await costsInTurn(
      ROUNDS,
      () => costOf(a),
      () => costOf(b),
    )
    const ratios = ratiosOf(pairs, 'cpuMs')
    console.log(reportLine(`processor time of ${what}`, ratios, ''))
    starts.push(`| ${what} | ${figures(ratios)} |`)
  }
  writeFileSync(
    join(ROOT, 'docs/benchmarks.md'),
    page(
      sizes.map(([name, size]) => `| \`${name}\` | ${size} |`),
      starts,
    ),
  )
}

const megabytes = (path: string): string => (statSync(path).size / 1e6).toFixed(1)

const page = (sizes: readonly string[], starts: readonly string[]): string => `# Size and start of each package

Made by \`npm run bench -- --packages\` on ${new Date().toISOString().slice(0, 10)} (${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node.js ${process.version}); do not edit.

| File | MB |
| --- | --- |
${sizes.join('\n')}

Processor time of a start, as ratios of two programs that were started in turn. The npm package has its compiled code in the user's cache
already; the single executable has it built in.

| What | |
| --- | --- |
${starts.join('\n')}
`
