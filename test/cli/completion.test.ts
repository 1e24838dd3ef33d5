import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uniformLayout } from '../../src/lib/sim/layout.ts'
import { type SimServer, startSimServer } from '../../src/transport/serve/sim-server.ts'
import { ctdbts, RUN_JS } from '../support/program.ts'
import { ScriptedDaemon } from '../support/scripted-daemon.ts'
import { tempDir } from '../support/temp-dir.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

const NODES = ['0', '1', '2']
const ADDRESSES = ['172.16.146.131', '172.16.146.132', 'fd00::15']
/** What an interface may be named, and no shell must ever see. */
const EVIL = ['$(id)', '`id`', 'a;id', '-rf', "a'b", 'x*']

const dir = tempDir()
let server: SimServer
let env: Record<string, string>

beforeAll(async () => {
  const { hosts, nodes } = uniformLayout(3, 2)
  server = await startSimServer({
    layout: {
      nodes,
      hosts: hosts.map((host) => ({
        ...host,
        interfaces: [...host.interfaces, ...EVIL.map((name) => ({ name, addresses: [] }))],
        publicAddresses: `${host.publicAddresses}fd00::15/64 bond0${EVIL.map((name) => `,${name}`).join('')}\n`,
      })),
    },
    era: 'now',
    seed: 1,
    speed: 1,
  })
  writeFileSync(dir.file('ctdbts'), `#!/bin/sh\nexec '${process.execPath}' '${RUN_JS}' "$@"\n`)
  chmodSync(dir.file('ctdbts'), 0o755)
  env = { PATH: `${dir.path}:${process.env.PATH}`, CTDB_SOCKET: server.nodes[0]?.socketPath ?? '', HOME: dir.path, TERM: 'xterm' }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  dir[Symbol.dispose]()
})

/** The words that can stand at the end of a command line. */
async function offered(line: string, changes: Record<string, string> = {}): Promise<string[]> {
  const { stdout, stderr, status } = await ctdbts(['autocomplete-words', '--', ...line.split(' ').slice(1)], {
    ...env,
    ...changes,
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] ?? '']))
}

describe('ctdbts autocomplete-words', () => {
  it('knows the commands, also behind options and behind help, but not the hidden ones', async () => {
    for (const line of ['ctdbts s', 'ctdbts -n 1 -v s', 'ctdbts help s'])
      expect(await offered(line)).toEqual(expect.arrayContaining(['sim', 'snapshot', 'status']))
    expect(await offered('ctdbts auto')).toEqual(['autocomplete'])
  })

  it('knows the options of a command, in front of it and behind it, and the values of those that have a few', async () => {
    expect(await offered('ctdbts ip --ver')).toEqual(['--verbose'])
    expect(await offered('ctdbts --ver')).toEqual(['--verbose'])
    expect(await offered('ctdbts ip --help')).toEqual(['--help'])
    expect(await offered('ctdbts takeover-run -n 1 --link')).toEqual(['--link-down', '--link-up'])
    expect(await offered('ctdbts ip -')).toEqual(expect.arrayContaining(['-n', '-X', '--json', '--help']))
    expect(await offered('ctdbts ip -')).not.toContain('--debug')
    expect(await offered('ctdbts verify --format ')).toEqual(expect.arrayContaining(['nagios', 'junit']))
    expect(await offered('ctdbts verify --format=j')).toEqual(['--format=junit'])
    expect(await offered('ctdbts --via ')).toEqual(['entry', 'direct'])
  })

  it('knows the fixed words of a command, and none behind them', async () => {
    expect(await offered('ctdbts ip ')).toEqual(['all'])
    expect(await offered('ctdbts ip all ')).toEqual([])
    expect(await offered('ctdbts autocomplete ')).toEqual(['bash', 'zsh', 'fish'])
    expect(await offered('ctdbts setifacelink bond0 ')).toEqual(['up', 'down'])
    expect(await offered('ctdbts setdebug ')).toEqual(['ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'])
    expect(await offered('ctdbts stats ')).toEqual([])
  })

  it('knows the PNNs of the live cluster', async () => {
    for (const line of ['ctdbts -n ', 'ctdbts ip --node ', 'ctdbts takeover-run --down ', 'ctdbts -v moveip fd00::15 '])
      expect(await offered(line), line).toEqual(NODES)
    for (const line of ['ctdbts nodestatus ', 'ctdbts reloadips ']) expect(await offered(line), line).toEqual(['all', ...NODES])
    expect(await offered('ctdbts reloadips 2,')).toEqual(['2,0', '2,1'])
    expect(await offered('ctdbts takeover-run --down=2')).toEqual(['--down=2'])
  })

  it('knows addresses and interfaces of the live cluster, but no name that could mean something to a shell', async () => {
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

  it('is silent and quick where nobody answers, or the line cannot be', async () => {
    await using silent = await new ScriptedDaemon(dir.file('s'), () => {}).listen()
    const { durationMs: startMs } = await ctdbts(['--version'])
    const { stdout, durationMs } = await ctdbts(['autocomplete-words', '--', '-n', ''], { CTDB_SOCKET: silent.path })
    expect(stdout).toBe('')
    expect(durationMs - startMs).toBeLessThan(500)
    expect(await offered('ctdbts -n ', { CTDB_SOCKET: '/nowhere' })).toEqual([])
    expect(await offered('ctdbts --frob ip ')).toEqual([])
    expect(await offered('ctdbts frob ')).toEqual([])
    // A login could ask for a passphrase, and a snapshot is no live cluster.
    expect(await offered('ctdbts --host node1 -n ')).toEqual([])
  })
})

/** Calls the completion function as bash does. */
async function inBash(line: string): Promise<string[]> {
  const script = `source <(ctdbts autocomplete bash); COMP_LINE=$1; COMP_POINT=\${#1}; COMP_WORDS=(ctdbts)
    _ctdbts_autocomplete; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await execa('bash', ['-c', script, 'bash', line], { env, cwd: dir.path })
  expect(stderr).toBe('')
  return stdout.split('\n')
}

describe('the completion of bash', () => {
  it('offers what can stand there', async () => {
    expect(await inBash('ctdbts ip --ver')).toEqual(['--verbose'])
    expect(await inBash('ctdbts   -n ')).toEqual(NODES)
    expect(await inBash('ctdbts takeover-run --down ')).toEqual(NODES)
  })

  it('gives of an address or of an option with its value only what stands behind the last colon or equals sign', async () => {
    expect(await inBash('ctdbts takeover-run --remove-address fd00::')).toEqual(['15'])
    expect(await inBash('ctdbts takeover-run --link-down 1:b')).toEqual(['bond0'])
    expect(await inBash('ctdbts verify --format=n')).toEqual(['nagios'])
  })
})

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0
const hasZsh = has('zsh')
const hasFish = has('fish')
for (const [there, name] of [[hasZsh, 'zsh'] as const, [hasFish, 'fish'] as const])
  if (!there)
    process.stderr.write(`\nThe tests of completion in ${name} are SKIPPED: there is no ${name} (apt-get install ${name})\n`)

it.skipIf(!hasFish)('the completion of fish offers what can stand there', async () => {
  const inFish = async (line: string) => {
    const { stdout } = await execa(
      'fish',
      ['--no-config', '-c', 'ctdbts autocomplete fish | source; complete -C $argv[1]', line],
      { env },
    )
    return stdout.split('\n').map((row) => row.split('\t')[0])
  }
  expect(await inFish('ctdbts ip --ver')).toEqual(['--verbose'])
  expect(await inFish('ctdbts -n ')).toEqual(NODES)
  expect(await inFish('ctdbts takeover-run --remove-address ')).toEqual(expect.arrayContaining(ADDRESSES))
  expect(await inFish('ctdbts verify --format=n')).toEqual(['--format=nagios'])
})

const SHELLS = [
  { shell: 'bash', start: 'bash --norc --noprofile -i', there: hasTmux },
  { shell: 'zsh', start: 'zsh -f -i', there: hasTmux && hasZsh },
]

describe.each(SHELLS)('in a terminal with $shell', ({ shell, start, there }) => {
  it.skipIf(!there)('Tab completes', async () => {
    await using terminal = await openTerminal(start, env)
    // Profiles may have changed it.
    await terminal.press(`PATH='${env.PATH}'; source <(ctdbts autocomplete ${shell}); clear; echo go-$((1+1))`, 'Enter')
    await terminal.shows('go-2')
    await terminal.press('ctdbts sna', 'Tab')
    await terminal.shows('ctdbts snapshot')
    await terminal.press('C-u', 'ctdbts takeover-run --remove-address fd', 'Tab', '--dry', 'Tab')
    await terminal.shows('--remove-address fd00::15 --dry-run')
    await terminal.press('C-u', 'ctdbts -n ', 'Tab', 'Tab')
    await terminal.shows(/0 .*1 .*2|0 .*\n1 .*\n2 /)
    await terminal.press('C-u', 'ctdbts takeover-run --link-down 1', 'Tab', 'b', 'Tab')
    await terminal.shows('--link-down 1:bond0')
    await terminal.press('C-u', `ctdbts ip --from=${dir.path}/ctdb`, 'Tab')
    await terminal.shows(`--from=${dir.path}/ctdbts`)
  })
})
