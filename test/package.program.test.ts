import { copyFileSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packNpmPackage, stageNpmPackage } from '../scripts/package/npm.ts'
import { controls } from '../src/lib/wire/controls.ts'
import type { SimServer } from '../src/sim/serve/sim-server.ts'
import { CtdbClient } from '../src/transport/client/client.ts'
import { goldenRuns } from './support/goldens.ts'
import { RecordedDaemon } from './support/recorded-daemon.ts'
import { served } from './support/served-cluster.ts'
import { tempDir } from './support/temp-dir.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The examples of the library guide, in their order. */
const EXAMPLES = [...readFileSync(new URL('../docs/library.md', import.meta.url), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code!,
)

/** The examples in docstrings of `src`, each of which is a module. */
const DOCSTRING_EXAMPLES = globSync('src/**/*.ts', { cwd: root }).flatMap((path) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^ \* ```ts\n(.*?)^ \* ```$/gms)].map(([, code]) =>
    code!.replaceAll(/^ \* ?/gm, ''),
  ),
)

/** What help needs beside what all commands need. */
const HELP_PARTS = ['all-commands', 'ansis', 'help', 'oclif-help-util.cjs', 'oclif-theme.cjs', 'oclif-ux.cjs']

/** The npm package, installed into an empty folder far from the checkout. */
describe('the package', () => {
  const dir = tempDir()
  const installed = dir.file('node_modules/.bin/ctdbts')
  let packed = ''
  let files: string[] = []
  let installation = ''

  beforeAll(async () => {
    // dist is fresh already; building it here would take it away from the tests beside.
    stageNpmPackage(dir.file('staged'))
    packed = packNpmPackage(dir.file('staged'), dir.path)
    const { stdout } = await execa('tar', ['-tf', packed])
    files = stdout.split('\n').map((path) => path.replace(/^package\//, ''))
    writeFileSync(dir.file('package.json'), '{"name":"elsewhere","private":true,"type":"module"}')
    const { all } = await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', packed], { cwd: dir.path, all: true })
    installation = all
  }, 120_000)
  afterAll(() => dir[Symbol.dispose]())

  it('holds what a user needs and nothing else', () => {
    const kinds = new Set(
      files.map((path) =>
        path
          .replace(/^dist\/man\/.*\.1$/, 'dist/man/*.1')
          .replace(/^dist\/types\/.*\.d\.ts$/, 'dist/types/*.d.ts')
          .replace(/^docs\/reference\/schemas\/[\w-]+\.json$/, 'docs/reference/schemas/*.json')
          .replace(/[\w-]+-[0-9a-f]{8}\.(c?js)$/, '*.$1')
          .replace(/oclif-[\w-]+\.cjs$/, 'oclif-*.cjs'),
      ),
    )
    expect([...kinds].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/run.js',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/library/*.js',
      'dist/library/index.js',
      'dist/library/sim.js',
      'dist/library/wire.js',
      'dist/man/*.1',
      'dist/program/*.cjs',
      'dist/program/audit-worker.cjs',
      'dist/program/execa.cjs',
      'dist/program/junit-report-builder.cjs',
      'dist/program/main.cjs',
      'dist/program/oclif-*.cjs',
      'dist/program/plan-worker.cjs',
      'dist/program/prom-client.cjs',
      'dist/program/ssh2.cjs',
      'dist/program/watch.mjs',
      'dist/types/*.d.ts',
      'docs/reference/schemas/*.json',
      'oclif.manifest.json',
      'package.json',
    ])
  })

  it('is small', () => {
    expect(statSync(packed).size).toBeLessThan(2_500_000)
  })

  it('is installed without a warning, as it has no scripts', () => {
    expect(installation.trim()).toMatch(/^added 1 package in /)
  })

  it('needs no other package, and carries the licences of what is bundled', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(dir.file('node_modules/ctdbts/package.json'), 'utf8'))
    expect([dependencies, devDependencies]).toEqual([undefined, undefined])
    const licences = readFileSync(dir.file('node_modules/ctdbts/dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of [
      '@oclif/core',
      'cli-table3',
      'execa',
      'ink',
      'prom-client',
      'pure-rand',
      'react',
      'shell-quote',
      'smol-toml',
      'ssh2',
      'string-width',
      'yoga-layout',
    ])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(licences).not.toContain('(undefined)')
    // The others have one, whatever the name of its file.
    expect(licences.match(/^.*(?=\n\nThe package comes without a licence text)/gm)).toEqual([
      expect.stringMatching(/^yoga-layout /),
    ])
  })

  it('shows its help', async () => {
    const { stdout } = await execa(process.execPath, [installed, '--help'], { cwd: dir.path })
    expect(stdout).toContain('Show public addresses')
  })

  it.each([['ip'], ['status']])('runs %s', async (command) => {
    const run = goldenRuns.find(({ argv, version }) => version === '4.17' && argv.join(' ') === command)
    await using _ = await new RecordedDaemon(run?.packets ?? []).listen(dir.file(command))
    const { stdout } = await execa(process.execPath, [installed, command, '--socket', dir.file(command)], {
      cwd: dir.path,
      stripFinalNewline: false,
    })
    expect(stdout).toBe(run?.stdout)
  })

  it.each([
    { argv: ['ip'], parts: [], kilobytes: 175 },
    { argv: ['--version'], parts: [], kilobytes: 175 },
    { argv: ['--help'], parts: HELP_PARTS, kilobytes: 300 },
    { argv: ['ip', '--help'], parts: HELP_PARTS, kilobytes: 300 },
  ])('loads no more for $argv than it needs', async ({ argv, parts, kilobytes }) => {
    const run = goldenRuns.find(({ argv, version }) => version === '4.17' && argv.join(' ') === 'ip')
    await using _ = await new RecordedDaemon(run?.packets ?? []).listen(dir.file('lean'))
    const list = fileURLToPath(new URL('support/list-loaded.cjs', import.meta.url))
    const { stderr } = await execa(process.execPath, ['--require', list, installed, ...argv], {
      cwd: dir.path,
      env: { CTDB_SOCKET: dir.file('lean') },
    })
    const { files, builtins } = JSON.parse(stderr) as { files: string[]; builtins: string[] }
    const names = files.map((path) => basename(path).replace(/-[0-9a-f]{8}\.cjs$/, ''))
    expect(names.sort()).toEqual(['core', 'main.cjs', 'rolldown-runtime', ...parts].sort())
    expect(files.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(kilobytes * 1024)
    const heavy = ['child_process', 'crypto', 'dns', 'http', 'https', 'inspector', 'readline', 'tls', 'worker_threads']
    expect(builtins.filter((name) => heavy.includes(name))).toEqual([])
  })

  it('has its embedded cluster, SSH included', async () => {
    const argv = ['sim', '--json', '--do', 'restart-network 1', '--speed', '20', '--for', '1']
    const { stdout } = await execa(process.execPath, [installed, ...argv], { cwd: dir.path })
    const events = stdout.split('\n').map((line) => JSON.parse(line))
    expect(events[0].nodes).toHaveLength(3)
    expect(events[0].nodes[0].ssh.port).toBeGreaterThan(0)
    expect(events.some(({ text }) => text === 'Takeover run completed successfully')).toBe(true)
  })

  it('compiles the examples of the library guide and of docstrings', async () => {
    const examples = [...EXAMPLES, ...DOCSTRING_EXAMPLES]
    for (const [index, code] of examples.entries()) writeFileSync(dir.file(`example-${index}.ts`), code)
    const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
    const types = ['--typeRoots', `${root}/node_modules/@types`, '--types', 'node']
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', ...types]
    const files = examples.map((_, index) => `example-${index}.ts`)
    const compiled = await execa(process.execPath, [compiler, ...options, ...files], { cwd: dir.path, reject: false })
    expect(compiled.stdout).toBe('')
    expect(EXAMPLES).toHaveLength(3)
    expect(DOCSTRING_EXAMPLES.length).toBeGreaterThan(5)
  })

  it.each([
    { example: 0, does: 'audits a cluster over SSH', prints: /node 2/ },
    { example: 1, does: 'asks daemons by their protocol', prints: /^0 \[.*\]\n1 \[.*\]$/s },
    { example: 2, does: 'plans and follows an embedded cluster', prints: /node 2/ },
  ])('$does by example $example of the library guide', async ({ example, prints }) => {
    const { server, env } = await served()
    copyFileSync(server.sshConfigPath!, join(env.HOME, '.ssh/config'))
    server.cluster.carryOut('crash 2')
    await untilDisconnected(server, 2)
    const file = dir.file(`run-${example}.ts`)
    writeFileSync(file, EXAMPLES[example]!)
    const { stdout } = await execa(process.execPath, [file], {
      cwd: dir.path,
      env: { ...env, CTDB_SOCKET: server.nodes[0]!.socketPath },
    })
    expect(stdout).toMatch(prints)
  })
})

/** Waits until node 0 believes so. */
async function untilDisconnected({ cluster }: SimServer, pnn: number): Promise<void> {
  const client = new CtdbClient(cluster.connect(0), { peer: 'node 0' })
  await expect.poll(async () => (await client.control(controls.getNodeMap))[pnn]!.flags, { timeout: 20_000 }).not.toBe(0)
  client.close()
}
