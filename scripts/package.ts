// npm run package: builds dist/, and makes of it the npm package, the single executable, the packages for Debian and for RPM, and their checksums,
// in the folder release/. The same sources give the same bytes, whenever and wherever they are built.
//   --machine NAME  for which machine, x64 or arm64; this one by default
//   --node FOLDER   puts that Node into the executable, a folder of nodejs.org, instead of the same from npm
//   --twice         does it twice, the second time elsewhere with another umask and time zone, and fails if the bytes differ
//   --quick         compresses little, for tests
//   --out FOLDER    another folder than release/
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fileNames } from './package/common.ts'
import { makeDeb } from './package/deb.ts'
import { makeExecutable } from './package/executable.ts'
import { nodeFolder, nodeFromNpm } from './package/node-folder.ts'
import { packNpmPackage, stageNpmPackage } from './package/npm.ts'
import { makeRpm } from './package/rpm.ts'
import { sourceDate } from './source-date.ts'

const root = join(import.meta.dirname, '..')

const { values } = parseArgs({
  options: {
    machine: { type: 'string', default: process.arch },
    node: { type: 'string' },
    twice: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'release') },
  },
})

const fetched = mkdtempSync(join(tmpdir(), 'ctdbts-node-'))
process.on('exit', () => rmSync(fetched, { recursive: true }))
const node = values.node === undefined ? nodeFromNpm(values.machine, fetched) : nodeFolder(resolve(values.node))

/** Makes everything. @returns the checksums, in the format of sha256sum. */
async function make(out: string): Promise<string> {
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' })
  mkdirSync(out, { recursive: true })
  const { machine } = node
  const work = mkdtempSync(join(tmpdir(), 'ctdbts-package-'))
  try {
    const staged = join(work, 'npm')
    stageNpmPackage(staged)
    const executable = join(out, fileNames(machine).executable)
    await makeExecutable(node, { staged, work, out: executable })
    const contents = { executable, nodeLicence: node.licence, date: sourceDate() }
    const places = { work, out, machine, quick: values.quick }
    const files = [packNpmPackage(staged, out), executable, makeDeb(contents, places), makeRpm(contents, places)]
    for (const file of files) console.log(`${(statSync(file).size / 1e6).toFixed(1).padStart(6)} MB  ${basename(file)}`)
    return files.map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`).join('')
  } finally {
    rmSync(work, { recursive: true })
  }
}

const out = resolve(values.out)
const sums = await make(out)
writeFileSync(join(out, fileNames(node.machine).sums), sums)
if (values.twice) {
  process.umask(0o077)
  process.env.TZ = 'Asia/Kathmandu'
  const again = mkdtempSync(join(tmpdir(), 'ctdbts-again-'))
  try {
    const other = await make(again)
    if (other !== sums) throw new Error(`built twice, the bytes differ:\n${sums}\n${other}`)
    console.log('built twice, the same bytes')
  } finally {
    rmSync(again, { recursive: true })
  }
}
