import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RUN_JS } from '../support/program.ts'
import { folder, served } from '../support/served-cluster.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

describe.skipIf(!hasTmux)('on a terminal', () => {
  it('verify is coloured, and not under NO_COLOR', async () => {
    const dir = folder()
    writeFileSync(dir.file('dead-daemon.sim'), 'nodes 3\naddresses 3\nat 0 kill 1\nat 30 run\n')
    const command = `${process.execPath} ${RUN_JS} verify --sim-scenario ${dir.file('dead-daemon.sim')}`
    await using coloured = await openTerminal(command)
    await coloured.shows('status 2')
    expect(await coloured.coloured()).toContain('\x1b[31m')
    await using plain = await openTerminal(command, { NO_COLOR: '1' })
    await plain.shows('status 2')
    expect(await plain.coloured()).not.toContain('\x1b[3')
  })

  it('verify shows its progress, and removes it again', async () => {
    const { server, config, env } = await served({ speed: 1 })
    for (const pnn of [1, 2]) server.cluster.carryOut(`hang ${pnn}`)
    const command = `${process.execPath} ${RUN_JS} verify -t 3 -H root@node0 ${config.join(' ')}`
    await using terminal = await openTerminal(command, env)
    await terminal.shows('Reading all nodes: 1 s')
    expect(await terminal.shows(/status \d/)).not.toContain('Reading all nodes')
  })

  /** The cluster, with a key that has a passphrase. */
  async function withPassphrase() {
    const { server, env, config } = await served()
    const key = server.sshKeyPath ?? ''
    const { status } = spawnSync('ssh-keygen', ['-p', '-q', '-a', '1', '-P', '', '-N', 'secret', '-f', key])
    expect(status).toBe(0)
    expect(existsSync(key)).toBe(true)
    return await openTerminal(`${process.execPath} ${RUN_JS} verify -H root@node0 ${config.join(' ')}`, env)
  }

  it.skipIf(!hasKeygen)('a passphrase is asked for, once for all nodes, again after a wrong one, and never shown', async () => {
    await using terminal = await withPassphrase()
    await terminal.shows('Passphrase for ')
    await terminal.press('wrong', 'Enter')
    await terminal.shows(/(Passphrase for [\s\S]*){2}/)
    await terminal.press('secret', 'Enter')
    const screen = await terminal.shows('status 0')
    expect(screen).toContain('No problem found')
    expect(screen).not.toMatch(/secret|wrong\b(?! \()/)
    expect(screen.match(/Passphrase/g)).toHaveLength(2)
  })

  it.skipIf(!hasKeygen)('three wrong passphrases are enough', async () => {
    await using terminal = await withPassphrase()
    for (const count of [1, 2, 3]) {
      await terminal.shows(new RegExp(`(Passphrase for [\\s\\S]*){${count}}`))
      await terminal.press('wrong', 'Enter')
    }
    expect((await terminal.shows('status 1')).replaceAll(/\s+/g, '')).toContain('3passphraseswerewrong')
  })

  it.skipIf(!hasKeygen)('Ctrl-C at the question for a passphrase ends it', async () => {
    await using terminal = await withPassphrase()
    await terminal.shows('Passphrase for ')
    await terminal.press('C-c')
    await terminal.shows('status 130')
  })
})
