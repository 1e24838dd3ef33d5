import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADDRESSES, completionCluster, NODES } from '../support/completion-cluster.ts'
import { ctdbts } from '../support/program.ts'
import { ScriptedDaemon } from '../support/scripted-daemon.ts'

let cluster: Awaited<ReturnType<typeof completionCluster>>

beforeAll(async () => {
  cluster = await completionCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

/** The words that can stand at the end of a command line. */
async function offered(line: string, changes: Record<string, string> = {}): Promise<string[]> {
  const { stdout, stderr, status } = await ctdbts(['autocomplete-words', '--', ...line.split(' ').slice(1)], {
    ...cluster.env,
    ...changes,
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] ?? '']))
}

describe('ctdbts autocomplete-words', () => {
  it('knows the commands, also after options and after help, but not the hidden ones', async () => {
    for (const line of ['ctdbts s', 'ctdbts -n 1 -v s', 'ctdbts help s'])
      expect(await offered(line)).toEqual(expect.arrayContaining(['sim', 'snapshot', 'status']))
    expect(await offered('ctdbts auto')).toEqual(['autocomplete'])
  })

  it('knows the options of a command, before and after it, and their fixed values', async () => {
    expect(await offered('ctdbts ip --ver')).toEqual(['--verbose'])
    expect(await offered('ctdbts --ver')).toEqual(['--verbose'])
    expect(await offered('ctdbts ip --help')).toEqual(['--help'])
    expect(await offered('ctdbts takeover-run -n 1 --link')).toEqual(['--link-down', '--link-up'])
    expect(await offered('ctdbts ip -')).toEqual(expect.arrayContaining(['-n', '-X', '--json', '--help']))
    expect(await offered('ctdbts ip -')).not.toContain('--debug')
    expect(await offered('ctdbts verify --format ')).toEqual(expect.arrayContaining(['nagios', 'junit']))
    expect(await offered('ctdbts verify --format=j')).toEqual(['--format=junit'])
    expect(await offered('ctdbts --via ')).toEqual(['entry', 'direct'])
    expect(await offered('ctdbts ip --ssh ')).toEqual(['openssh', 'ssh2', 'auto'])
  })

  it('knows the fixed words of a command, and nothing after them', async () => {
    expect(await offered('ctdbts ip ')).toEqual(['all'])
    expect(await offered('ctdbts ip all ')).toEqual([])
    expect(await offered('ctdbts autocomplete ')).toEqual(['bash', 'zsh', 'fish'])
    expect(await offered('ctdbts setifacelink bond0 ')).toEqual(['up', 'down'])
    expect(await offered('ctdbts setdebug ')).toEqual(['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'])
    expect(await offered('ctdbts stats ')).toEqual([])
  })

  it('knows the clusters of the configuration, also behind a comma and another --host', async () => {
    mkdirSync(cluster.dir.file('.config/ctdbts'), { recursive: true })
    const config = cluster.dir.file('.config/ctdbts/config.toml')
    writeFileSync(config, '[clusters.prod]\nhosts = ["a", "b"]\n[clusters.pods]\nrun = ["x"]\n[clusters."$(id)"]\nrun = ["x"]\n')
    for (const line of ['ctdbts ip --host ', 'ctdbts -H ', 'ctdbts verify --sudo -H '])
      expect(await offered(line), line).toEqual(['prod', 'pods'])
    expect(await offered('ctdbts verify --host=pr')).toEqual(['--host=prod'])
    expect(await offered('ctdbts verify --host prod,')).toEqual(['prod,pods'])
    expect(await offered('ctdbts verify --host prod --host p')).toEqual(['prod', 'pods'])
    writeFileSync(config, '[clusters')
    expect(await offered('ctdbts ip --host ')).toEqual([])
    rmSync(config)
    expect(await offered('ctdbts ip --host ')).toEqual([])
  })

  it('knows the PNNs of the live cluster', async () => {
    for (const line of ['ctdbts -n ', 'ctdbts ip --node ', 'ctdbts takeover-run --down ', 'ctdbts -v moveip fd00::15 '])
      expect(await offered(line), line).toEqual(NODES)
    for (const line of ['ctdbts nodestatus ', 'ctdbts reloadips ']) expect(await offered(line), line).toEqual(['all', ...NODES])
    expect(await offered('ctdbts reloadips 2,')).toEqual(['2,0', '2,1'])
    expect(await offered('ctdbts takeover-run --down=2')).toEqual(['--down=2'])
  })

  it('knows addresses and interfaces of the live cluster, but no names that a shell would interpret', async () => {
    for (const line of ['takeover-run --remove-address ', 'ipinfo ', 'moveip ', '-n 2 delip ', 'gettickles ', 'gratarp '])
      expect((await offered(`ctdbts ${line}`)).toSorted(), line).toEqual(ADDRESSES)
    for (const line of ['setifacelink ', 'gratarp fd00::15 ', '-n 1 addip 10.0.0.1/24 '])
      expect(await offered(`ctdbts ${line}`), line).toEqual(['bond0'])
    expect(await offered('ctdbts takeover-run --link-down ')).toEqual(['0:', '1:', '2:'])
    // Behind a PNN it looks like no option.
    expect(await offered('ctdbts takeover-run --link-down 1:')).toEqual(['1:-rf', '1:bond0'])
  })

  it('knows tunables', async () => {
    expect(await offered('ctdbts setvar NoIPF')).toEqual(['NoIPFailback'])
    expect(await offered('ctdbts takeover-run --set NoIP')).toEqual(['NoIPFailback=', 'NoIPTakeover='])
  })

  it('leaves files to the shell', async () => {
    for (const line of ['ctdbts ip --from ', 'ctdbts --socket=', 'ctdbts snapshot -o x'])
      expect(await offered(line)).toEqual(['<files>'])
  })

  it('is silent and quick when no daemon answers, or the line is invalid', async () => {
    await using silent = await new ScriptedDaemon(cluster.dir.file('s'), () => {}).listen()
    const { durationMs: startMs } = await ctdbts(['--version'])
    const { stdout, durationMs } = await ctdbts(['autocomplete-words', '--', '-n', ''], { CTDB_SOCKET: silent.path })
    expect(stdout).toBe('')
    // Not the time limit of a command, 10 s.
    expect(durationMs - startMs).toBeLessThan(2_000)
    expect(await offered('ctdbts -n ', { CTDB_SOCKET: '/nowhere' })).toEqual([])
    expect(await offered('ctdbts --frob ip ')).toEqual([])
    expect(await offered('ctdbts frob ')).toEqual([])
    // A login could ask for a passphrase, and a snapshot is no live cluster.
    expect(await offered('ctdbts --host node1 -n ')).toEqual([])
  })
})
