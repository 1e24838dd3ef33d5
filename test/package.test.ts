import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenRuns } from './support/goldens.ts'
import { RecordedDaemon } from './support/recorded-daemon.ts'
import { tempDir } from './support/temp-dir.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** As the README has it. */
const USES_CLUSTER = `
import { CtdbClient, controls, SimCluster, uniformLayout } from 'ctdbts'
const cluster = new SimCluster({ layout: uniformLayout(4, 6), era: 'now', seed: 1, speed: 10 })
await cluster.comeUp()
cluster.driver.start()
const client = new CtdbClient(cluster.connect(0), { peer: 'node 0' })
cluster.carryOut('crash 2')
console.log((await client.control(controls.getNodeMap)).length)
client.close()
cluster.close()
`

const USES_TYPES = `
import { type ClusterNode, controls, decodePacket, isActive, messages, openUnix } from 'ctdbts'
const { client, pnn } = await openUnix({ socketPath: process.argv[2], timeoutMs: 5000 })
const nodes: ClusterNode[] = await client.control(controls.getNodeMap, { to: await pnn })
const active: number = nodes.filter(isActive).length
console.log(active, nodes[0]?.address.address, messages.leader.name, typeof decodePacket)
// @ts-expect-error The compiler knows what a control wants.
const refused = () => client.control(controls.getPublicIpInfo, { data: 'no address' })
void refused
client.close()
`

/** What \`npm pack\` makes, installed into an empty folder far from the checkout. */
describe('the package', () => {
  const dir = tempDir()
  const installed = dir.file('node_modules/.bin/ctdbts')
  let files: string[] = []

  beforeAll(async () => {
    // dist is fresh already; building it here would take it away from the tests beside.
    const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir.path], { cwd: root })
    const packed = JSON.parse(stdout)
    const { filename, files: list } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
    files = list.map(({ path }: { path: string }) => path)
    writeFileSync(dir.file('package.json'), '{"name":"elsewhere","private":true,"type":"module"}')
    await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: dir.path })
  }, 120_000)
  afterAll(() => dir[Symbol.dispose]())

  it('holds what a user needs and nothing else', () => {
    const kinds = new Set(files.map((path) => path.replace(/^dist\/types\/.*\.d\.ts$/, 'dist/types/*.d.ts')))
    expect([...kinds].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/run.js',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/audit-worker.cjs',
      'dist/cli.cjs',
      'dist/execa.cjs',
      'dist/help.cjs',
      'dist/index.js',
      'dist/junit-report-builder.cjs',
      'dist/plan-worker.cjs',
      'dist/prom-client.cjs',
      'dist/ssh2.cjs',
      'dist/types/*.d.ts',
      'dist/watch.mjs',
      'oclif.manifest.json',
      'package.json',
    ])
  })

  it('needs no other package, and carries the licences of what is bundled', () => {
    const { dependencies } = JSON.parse(readFileSync(dir.file('node_modules/ctdbts/package.json'), 'utf8'))
    expect(dependencies).toBeUndefined()
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
  })

  it('shows its help', async () => {
    const { stdout } = await execa(process.execPath, [installed, '--help'], { cwd: dir.path })
    expect(stdout).toContain('show the public addresses')
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

  it('has its embedded cluster, SSH included', async () => {
    const argv = ['sim', '--json', '--do', 'restart-network 1', '--speed', '20', '--for', '1']
    const { stdout } = await execa(process.execPath, [installed, ...argv], { cwd: dir.path })
    const events = stdout.split('\n').map((line) => JSON.parse(line))
    expect(events[0].nodes).toHaveLength(3)
    expect(events[0].nodes[0].ssh.port).toBeGreaterThan(0)
    expect(events.some(({ text }) => text === 'Takeover run completed successfully')).toBe(true)
  })

  it('has the embedded cluster as a library', async () => {
    writeFileSync(dir.file('cluster.mjs'), USES_CLUSTER)
    const { stdout } = await execa(process.execPath, ['cluster.mjs'], { cwd: dir.path })
    expect(stdout).toBe('4')
  })

  it('is a library with types', async () => {
    writeFileSync(dir.file('use.ts'), USES_TYPES)
    const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2024',
      '--module',
      'nodenext',
      '--typeRoots',
      `${root}/node_modules/@types`,
      '--types',
      'node',
    ]
    const compiled = await execa(process.execPath, [compiler, ...options, 'use.ts'], { cwd: dir.path, reject: false })
    expect(compiled.stdout).toBe('')
    const run = goldenRuns.find(({ argv, version }) => version === '4.17' && argv.join(' ') === 'status')
    await using _ = await new RecordedDaemon(run?.packets ?? []).listen(dir.file('lib'))
    const { stdout } = await execa(process.execPath, ['use.ts', dir.file('lib')], { cwd: dir.path })
    expect(stdout).toBe('3 10.99.0.1 LEADER function')
  })
})
