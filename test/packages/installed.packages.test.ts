import { copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { tempDir } from '../support/temp-dir.ts'
import { inRoot, makeRoot } from './root.ts'

/** The packages, on a machine without Node. PACKAGES names a folder with some that are made already, as for a release. */
const dir = tempDir()
const root = dir.file('root')
const packages = process.env.PACKAGES ?? dir.file('packages')

const fileOf = (pattern: string): string => {
  const [found] = globSync(pattern, { cwd: packages })
  if (found === undefined) throw new Error(`there is no ${pattern} in ${packages}`)
  return join(packages, found)
}

/** What a command prints there. */
async function prints(...argv: string[]): Promise<string> {
  const { exitCode, all } = await inRoot(root, ...argv)
  expect(exitCode, all).toBe(0)
  return all
}

/** The paths of all files there that do not change by themselves. */
const filesThere = async (): Promise<string[]> => {
  const leaveOut = ['/proc', '/dev', '/tmp', '/root', '/var/lib/dpkg', '/var/log', '/var/cache'].flatMap((path) => [
    '-path',
    path,
    '-prune',
    '-o',
  ])
  return (await prints('find', '/', ...leaveOut, '-print')).split('\n').toSorted()
}

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('only root can install packages')
  if (process.env.PACKAGES === undefined) {
    const script = fileURLToPath(new URL('../../scripts/package.ts', import.meta.url))
    await execa(process.execPath, [script, '--quick', '--out', packages])
  }
  await makeRoot(root)
}, 300_000)

afterAll(() => dir[Symbol.dispose]())

describe('the package for Debian, installed on a machine without Node', () => {
  let before: string[] = []

  beforeAll(async () => {
    before = await filesThere()
    copyFileSync(fileOf('*.deb'), join(root, 'tmp/ctdbts.deb'))
    await prints('dpkg', '-i', '/tmp/ctdbts.deb')
  })

  it('is of this version', async () => {
    expect(await prints('ctdbts', '--version')).toMatch(new RegExp(`^ctdbts/${packageJson.version} linux-\\w+ node-v24\\.`))
    expect((await inRoot(root, 'node', '--version')).exitCode).toBe(127)
  })

  it('needs the library of gcc by its name of today, or by that of Debian 10', async () => {
    const { stdout } = await execa('dpkg-deb', ['-f', fileOf('*.deb'), 'Depends'])
    expect(stdout.split(', ')).toContain('libgcc-s1 | libgcc1')
  })

  it('shows addresses and help', async () => {
    expect(await prints('ctdbts', 'ip', '--sim')).toMatch(/^Public IPs on node 0\n172\.16\.146\.131 \d\n/)
    expect(await prints('ctdbts', '--help')).toContain('Watch and verify the cluster')
    expect(await prints('ctdbts', 'help', 'ip')).toContain('Show public addresses and their owners')
  })

  it('starts from compiled code', async () => {
    expect(await prints('env', 'CTDBTS_DEBUG=1', 'ctdbts', 'verify', '--sim')).toMatch(
      /^No problem found \(3 nodes, \d+ checks\)$/,
    )
  })

  it('runs the demo', async () => {
    expect(await prints('ctdbts', 'demo')).toContain('Takeover run completed successfully')
  })

  it('has its other parts: the watch, the writers of reports, SSH', async () => {
    expect(await prints('ctdbts', 'watch', '--sim', '--once')).toContain('172.16.146.131')
    expect(await prints('ctdbts', 'verify', '--sim', '--format', 'junit')).toContain('<testsuite name="ctdbts verify"')
    expect(await prints('ctdbts', 'verify', '--sim', '--format', 'prometheus')).toContain('# TYPE ctdbts_')
    const { all } = await inRoot(root, 'ctdbts', 'ip', '--host', '127.0.0.1:1', '--ssh', 'ssh2')
    expect(all).toContain('127.0.0.1')
    expect(all).toContain('refused')
  })

  it('plans in a thread, as the watch does', async () => {
    const keys = '(sleep 3; printf w; sleep 1; printf "\\r"; sleep 3; printf q; sleep 1; printf q)'
    const screen = await prints(
      'bash',
      '-c',
      `${keys} | script -qec "stty cols 120 rows 40; TERM=xterm ctdbts watch --sim" /dev/null`,
    )
    expect(screen).toContain('comes')
  })

  it('runs files of JavaScript, as it does where ssh asks for a passphrase', async () => {
    writeFileSync(join(root, 'tmp/script.cjs'), "require('node:fs').writeSync(1, process.argv.slice(2).join())")
    expect(await prints('ctdbts', '--run-script', '/tmp/script.cjs', 'a', 'b')).toBe('a,b')
  })

  it('has manual pages', async () => {
    expect(await prints('man', '-P', 'cat', 'ctdbts')).toMatch(/^CTDBTS\(1\)/)
    expect(await prints('man', '-P', 'cat', 'ctdbts-cluster')).toContain('ctdbts verify')
  })

  it('completes command lines in bash', async () => {
    const script = `source /usr/share/bash-completion/bash_completion
      _completion_loader ctdbts
      COMP_WORDS=(ctdbts veri) COMP_CWORD=1 COMP_LINE='ctdbts veri' COMP_POINT=11
      _ctdbts_autocomplete
      echo "\${COMPREPLY[@]}"`
    expect(await prints('bash', '-c', script)).toBe('verify')
  })

  it.each([
    ['zsh', 'zsh/vendor-completions/_ctdbts'],
    ['fish', 'fish/vendor_completions.d/ctdbts.fish'],
  ])('has the completion of %s', async (shell, path) => {
    expect(readFileSync(join(root, 'usr/share', path), 'utf8').trim()).toBe(await prints('ctdbts', 'autocomplete', shell))
  })

  it('has the schemas of the documents', async () => {
    const [there, here] = [join(root, 'usr/share/ctdbts/schemas'), join(import.meta.dirname, '../../docs/reference/schemas')]
    expect(readdirSync(there).toSorted()).toEqual(readdirSync(here).toSorted())
    expect(readFileSync(join(there, 'ip.json'))).toEqual(readFileSync(join(here, 'ip.json')))
  })

  it('can stand for ctdb, and leaves the real one alone', async () => {
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    writeFileSync(join(root, 'usr/bin/ctdb'), '#!/bin/sh\necho 4.99 the real one\n', { mode: 0o755 })
    await prints('update-alternatives', '--install', '/usr/local/bin/ctdb', 'ctdb', '/usr/bin/ctdbts', '10')
    expect(await prints('ctdb', '--version')).toMatch(/^ctdbts\//)
    // It asks the real one, and does not take itself for it.
    expect(await prints('ctdb', 'version')).toBe('4.99 the real one')
    expect(await prints('/usr/bin/ctdb')).toBe('4.99 the real one')
  })

  it('leaves nothing behind when it is removed', async () => {
    await prints('dpkg', '-P', 'ctdbts')
    expect(await filesThere()).toEqual([...before, '/usr/bin/ctdb'].toSorted())
  })
})

describe('the RPM package', () => {
  it('has the same files as the one for Debian, in the places of such distributions', async () => {
    const { stdout: rpm } = await execa('rpm', ['-qpl', fileOf('*.rpm')])
    const { stdout: deb } = await execa('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -t', fileOf('*.deb')])
    const debFiles = deb.split('\n').filter((path) => !path.endsWith('/') && !/lintian|changelog\.Debian/.test(path))
    const expected = debFiles.map((path) => path.slice(1).replace('zsh/vendor-completions', 'zsh/site-functions'))
    const doc = '/usr/share/doc/ctdbts'
    const folders = [doc, '/usr/share/ctdbts', '/usr/share/ctdbts/schemas']
    expect(rpm.split('\n').toSorted()).toEqual([...expected, ...folders, `${doc}/LICENSE`].toSorted())
  })

  it('runs when it is unpacked on a machine without Node', async () => {
    const unpack = 'rpm2archive - <"$0" | tar -xz -C "$1"'
    await execa('sh', ['-c', unpack, fileOf('*.rpm'), root])
    expect(await prints('ctdbts', 'ip', '--sim')).toContain('172.16.146.131')
    expect(await prints('man', '-P', 'cat', 'ctdbts-nodes')).toContain('ctdbts unban')
  })
})
