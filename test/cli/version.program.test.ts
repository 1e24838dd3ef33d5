import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { startSimServer } from '../../src/sim/serve/sim-server.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A folder in which `ctdb` is this shell script. */
function folderWith(script: string) {
  const dir = tempDir()
  writeFileSync(dir.file('ctdb'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return dir
}

const REAL = '[ "$1" = version ] && echo 4.19.2-Ubuntu'

describe('version', () => {
  it('is that of the installed ctdb, which alone knows it', async () => {
    using dir = folderWith(REAL)
    const run = (...argv: string[]) => ctdbts(argv, { PATH: dir.path, CTDB_SOCKET: '/nowhere' })
    expect(await run('version')).toMatchObject({ stdout: '4.19.2-Ubuntu\n', stderr: '', status: 0 })
    const document = '{\n  "version": "4.19.2-Ubuntu"\n}'
    expect(await run('-j', 'version')).toMatchObject({ stdout: document, stderr: '', status: 0 })
    expect((await run('version', '--json')).stdout.trim()).toBe(document)
    expect(await run('version', '-n', '1')).toMatchObject({
      stdout: '',
      stderr: 'Cannot specify node for command version\n',
      status: 1,
    })
  })

  it('is read over SSH from the first host that can be reached', async () => {
    await using server = await startSimServer({
      layout: uniformLayout(2, 2),
      era: '2017',
      seed: 1,
      speed: 1,
      ssh: { firstPort: 0 },
    })
    using home = tempDir()
    const config = ['--ssh-config', server.sshConfigPath ?? '']
    const run = (...argv: string[]) => ctdbts([...argv, ...config], { HOME: home.path, SSH_AUTH_SOCK: '', PATH: '/nowhere' })
    // No daemon has to run there.
    server.cluster.carryOut('kill 1')
    expect(await run('version', '--host', 'node1')).toMatchObject({ stdout: '4.6.3\n', stderr: '', status: 0 })
    expect(await run('version', '--host', 'node9.invalid,node0')).toMatchObject({ stdout: '4.6.3\n', status: 0 })
    expect(await run('version', '--host', 'node9.invalid')).toMatchObject({ stdout: '', status: 1 })
  })

  it('skips a ctdb that is ctdbts under another name', async () => {
    using own = tempDir()
    using dir = folderWith(REAL)
    symlinkSync(RUN_JS, own.file('ctdb'))
    expect(await ctdbts(['version'], { PATH: `${own.path}::/nowhere:${dir.path}` })).toMatchObject({ stdout: '4.19.2-Ubuntu\n' })
  })

  it('goes on behind scripts that lead back to ctdbts', async () => {
    const wrapper = `exec '${process.execPath}' '${RUN_JS}' "$@"`
    using first = folderWith(wrapper)
    using second = folderWith(wrapper)
    using dir = folderWith(REAL)
    const path = [first, second, dir].map((each) => each.path).join(':')
    expect(await ctdbts(['version'], { PATH: path })).toMatchObject({ stdout: '4.19.2-Ubuntu\n', status: 0 })
  })

  it('is that of the ctdbd beside the ctdb that is ctdbts, whatever is behind it in PATH', async () => {
    using own = tempDir()
    using behind = folderWith(REAL)
    writeFileSync(own.file('ctdb'), `#!/bin/sh\nexec '${process.execPath}' '${RUN_JS}' "$@"\n`, { mode: 0o755 })
    writeFileSync(own.file('ctdbd'), 'ELF\x004.25.0pre1-X\0', { mode: 0o755 })
    const run = () => ctdbts(['version'], { PATH: `${own.path}:${behind.path}` })
    expect(await run()).toMatchObject({ stdout: '4.25.0pre1-X\n', stderr: '', status: 0 })
    writeFileSync(own.file('ctdbd'), '#!/bin/sh\n')
    const { stdout, stderr, status } = await run()
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain(`\`ctdb\` is ctdbts itself, and the version of ${own.file('ctdbd')} is unknown\n`)
  })

  it('is that of the ctdbd in the sbin that belongs to it, or anywhere in PATH if there is no other ctdb', async () => {
    using prefix = tempDir()
    for (const name of ['bin', 'sbin']) mkdirSync(prefix.file(name))
    symlinkSync(RUN_JS, prefix.file('bin/ctdb'))
    writeFileSync(prefix.file('sbin/ctdbd'), 'ELF\x004.17.12\0', { mode: 0o755 })
    for (const folder of ['bin', 'sbin'])
      expect(await ctdbts(['version'], { PATH: prefix.file(folder) })).toMatchObject({ stdout: '4.17.12\n', status: 0 })
  })

  it('ends with an error when the ctdb leads back to ctdbts, instead of looping', async () => {
    using dir = folderWith(`exec '${process.execPath}' '${RUN_JS}' "$@"`)
    const { stdout, stderr, status } = await ctdbts(['version'], { PATH: dir.path })
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toContain('every `ctdb` in PATH is ctdbts itself')
  })

  it('is unknown if no ctdb is installed, or none that reports it', async () => {
    const none = await ctdbts(['version'], { PATH: '/nowhere' })
    expect(none).toMatchObject({ stdout: '', status: 1 })
    expect(none.stderr).toContain(`this is ctdbts ${packageJson.version}`)
    using broken = folderWith('echo oh no >&2; exit 3')
    const { stderr, status } = await ctdbts(['version'], { PATH: broken.path })
    expect({ stderr, status }).toEqual({ stderr: 'ctdbts: `ctdb version` here failed: oh no\n', status: 1 })
  })
})
