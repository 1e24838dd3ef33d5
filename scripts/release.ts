// npm run release: checks that this commit can be released, builds and tests it, makes the packages twice, and signs their checksums. It publishes
// nothing: docs/releasing.md says what comes before and after.
//   --key KEY  signs with this key of gpg
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { whyNotReady } from './release/ready.ts'
import { sign } from './release/sign.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { key: { type: 'string' } } })
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const run = (...words: readonly [string, ...string[]]) => execFileSync(words[0], words.slice(1), { cwd: root, stdio: 'inherit' })

const faults = whyNotReady({
  status: execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }),
  version: packageJson.version,
  lockedVersion: JSON.parse(read('package-lock.json')).version,
  changelog: read('CHANGELOG.md'),
})
if (faults.length > 0) {
  for (const fault of faults) console.error(`Cannot release: ${fault}`)
  process.exit(1)
}
run('npm', 'ci')
for (const script of ['check', 'generated', 'schemas', 'test']) {
  run('npm', 'run', '--silent', script, ...(['generated', 'schemas'].includes(script) ? ['--', '--check'] : []))
}
run('npm', 'run', '--silent', 'package', '--', '--twice')
const sums = join(root, 'release', `SHA256SUMS-${process.arch}`)
console.log(`The release of ${packageJson.version} is in release/, signed: ${sign(sums, values.key)}`)
