import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RUN_JS = join(ROOT, 'bin/run.js')
const DEV_JS = join(ROOT, 'bin/dev.js')

describe('the program', () => {
  it('reports in one line that Node is too old, before anything else loads', async () => {
    // The same Node, that claims to be an old one: nothing older can be counted on to be here.
    const pretend = `Object.defineProperties(process, {
      versions: { value: { ...process.versions, node: '20.20.2' } }, version: { value: 'v20.20.2' } })`
    const result = await execa(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, RUN_JS, 'ip'],
      {
        reject: false,
      },
    )
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toMatch(/^ctdbts needs Node\.js 22\.3 or later, but this is v20\.20\.2 .*$/)
  })

  it('keeps its compiled code in the cache folder of the user, and works without one', async () => {
    using dir = tempDir()
    for (const env of [{ XDG_CACHE_HOME: dir.path }, { HOME: '/nonexistent' }, { XDG_CACHE_HOME: '/proc' }]) {
      const { stdout } = await execa(process.execPath, [RUN_JS, '--version'], { env, timeout: 30_000 })
      expect(stdout).toMatch(/^ctdbts\/\d+\.\d+\.\d+ /)
    }
    const { stdout } = await execa('ls', [dir.path])
    expect(stdout).toBe('ctdbts')
  })

  it('takes the code that a run of the same command has left, unless it is damaged', async () => {
    using dir = tempDir()
    const run = async () => await execa(process.execPath, [RUN_JS, 'listnodes', '--help'], { env: { XDG_CACHE_HOME: dir.path } })
    const { stdout } = await run()
    const [folder = ''] = readdirSync(dir.file('ctdbts'))
    expect(readdirSync(dir.file(`ctdbts/${folder}`))).toEqual(['help'])
    const path = dir.file(`ctdbts/${folder}/help`)
    const [{ ino }, kept] = [statSync(path), readFileSync(path)]
    expect((await run()).stdout).toBe(stdout)
    expect(statSync(path).ino, 'it was written again').toBe(ino)
    const changed = Buffer.from(kept)
    changed[kept.length >> 1]! ^= 1
    for (const damaged of [kept.subarray(0, -1), changed, Buffer.from('no code')]) {
      writeFileSync(path, damaged)
      expect((await run()).stdout).toBe(stdout)
      expect(readFileSync(path).equals(damaged), 'it was not written again').toBe(false)
    }
  })

  it.each([
    ['verify', '--sim'],
    ['history', 'test/golden/logs-4.25/node0.log'],
    ['watch', '--sim', '--once'],
  ])('finds the code of the run before whole: %s %s', async (...argv) => {
    using dir = tempDir()
    const inode = async () => {
      await execa(process.execPath, [RUN_JS, ...argv], { env: { XDG_CACHE_HOME: dir.path }, timeout: 30_000 })
      const [folder = ''] = readdirSync(dir.file('ctdbts')).filter((name) => name.endsWith(process.arch))
      return statSync(dir.file(`ctdbts/${folder}/${argv[0]}`)).ino
    }
    await inode()
    // Not all runs load the same, but V8 must not refuse what it finds: then each run would write it again.
    const second = await inode()
    expect(await inode()).toBe(second)
  })

  it.each([
    { file: 'help', one: ['listnodes', '--help'], other: ['verify', '--help'] },
    {
      file: 'autocomplete-words',
      one: ['autocomplete-words', '--', 'ip', ''],
      other: ['autocomplete-words', '--', 'verify', ''],
    },
  ])('finds it whole though the line names another command: $other', async ({ file, one, other }) => {
    using dir = tempDir()
    const run = async (argv: readonly string[]) =>
      await execa(process.execPath, [RUN_JS, ...argv], { env: { XDG_CACHE_HOME: dir.path }, reject: false, timeout: 30_000 })
    for (const argv of [one, other]) await run(argv)
    const [folder = ''] = readdirSync(dir.file('ctdbts'))
    // Inodes come again when a file is replaced twice.
    const writtenNs = () => statSync(dir.file(`ctdbts/${folder}/${file}`), { bigint: true }).mtimeNs
    const before = writtenNs()
    for (const argv of [one, other]) await run(argv)
    expect(writtenNs(), 'it was written again').toBe(before)
  })

  it('says nothing of its own, with a cache and where none can be', async () => {
    using dir = tempDir()
    writeFileSync(dir.file('a-file'), '')
    for (const caches of [dir.path, dir.file('a-file'), '/dev/null', '/proc', dir.file('nowhere/below')]) {
      const run = async (...argv: string[]) =>
        await execa(process.execPath, [RUN_JS, ...argv], { env: { XDG_CACHE_HOME: caches }, reject: false, timeout: 30_000 })
      // Loads packages that import others, and the module of the screen.
      expect(await run('watch', '--sim', '--once'), caches).toMatchObject({ stderr: '', exitCode: 0 })
    }
  })

  it('uses no folder that belongs to somebody else, or that others may write to', async () => {
    using dir = tempDir()
    const run = async () => await execa(process.execPath, [RUN_JS, '--version'], { env: { XDG_CACHE_HOME: dir.path } })
    mkdirSync(dir.file('ctdbts'))
    chmodSync(dir.file('ctdbts'), 0o777)
    await run()
    expect(readdirSync(dir.file('ctdbts'))).toEqual([])
    chmodSync(dir.file('ctdbts'), 0o700)
    await run()
    expect(readdirSync(dir.file('ctdbts'))).toHaveLength(1)
  })

  it('says in one line that parts of it are missing, as while it is updated', async () => {
    using dir = tempDir()
    for (const path of ['package.json', 'bin', 'dist/program']) cpSync(join(ROOT, path), dir.file(path), { recursive: true })
    const run = async (...argv: string[]) => await execa(process.execPath, [dir.file('bin/run.js'), ...argv], { reject: false })
    for (const name of readdirSync(dir.file('dist/program'))) if (/^verify-/.test(name)) rmSync(dir.file(`dist/program/${name}`))
    const part = await run('verify')
    expect(part.stderr.split('\n')).toEqual([
      'ctdbts: a part of ctdbts is missing: it was updated or removed while it ran',
      '  start it again; if that does not help, install it again',
    ])
    expect(JSON.parse((await run('verify', '--json')).stdout)).toMatchObject({ error: { code: 'PROGRAM_CHANGED' } })
    rmSync(dir.file('dist'), { recursive: true })
    const nothing = await run('ip')
    expect(nothing.stderr.split('\n')).toEqual([
      expect.stringMatching(/^ctdbts: a part of it is missing: ENOENT: .*main\.cjs'$/),
      '  install it again (in a checkout: npm ci)',
    ])
    expect([part.exitCode, nothing.exitCode]).toEqual([1, 1])
  })

  it('runs from its sources too', async () => {
    const { stdout, exitCode } = await execa(process.execPath, [DEV_JS, 'ip', '--socket', '/nowhere', '--json'], {
      reject: false,
    })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NO_SOCKET' } })
    expect(exitCode).toBe(1)
  })
})
