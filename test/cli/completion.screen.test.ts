import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADDRESSES, completionCluster, NODES } from '../support/completion-cluster.ts'
import { hasTmux, openTerminal } from '../support/terminal.ts'

let cluster: Awaited<ReturnType<typeof completionCluster>>

beforeAll(async () => {
  cluster = await completionCluster()
  mkdirSync(cluster.dir.file('.config/ctdbts'), { recursive: true })
  writeFileSync(cluster.dir.file('.config/ctdbts/config.toml'), '[clusters.prod]\nhosts = ["node1"]\n')
})
afterAll(() => cluster[Symbol.asyncDispose]())

/** Calls the completion function as bash does. */
async function inBash(line: string): Promise<string[]> {
  const script = `source <(ctdbts autocomplete bash); COMP_LINE=$1; COMP_POINT=\${#1}; COMP_WORDS=(ctdbts)
    _ctdbts_autocomplete; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await execa('bash', ['-c', script, 'bash', line], { env: cluster.env, cwd: cluster.dir.path })
  expect(stderr).toBe('')
  return stdout.split('\n')
}

/** The completion gives up after 300 ms, which is not much on a busy machine. */
const expectInBash = (line: string, words: readonly string[]) =>
  expect.poll(() => inBash(line), { timeout: 30_000 }).toEqual(words)

describe('the completion of bash', () => {
  it('offers what is valid there', async () => {
    await expectInBash('ctdbts ip --ver', ['--verbose'])
    await expectInBash('ctdbts   -n ', NODES)
    await expectInBash('ctdbts takeover-run --down ', NODES)
    await expectInBash('ctdbts ip --host p', ['prod'])
  })

  it('gives only the part after the last colon or equals sign of an address or an option value', async () => {
    await expectInBash('ctdbts takeover-run --remove-address fd00::', ['15'])
    await expectInBash('ctdbts takeover-run --link-down 1:b', ['bond0'])
    await expectInBash('ctdbts verify --format=n', ['nagios'])
  })
})

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0
const hasZsh = has('zsh')
const hasFish = has('fish')
for (const [there, name] of [[hasZsh, 'zsh'] as const, [hasFish, 'fish'] as const])
  if (!there)
    process.stderr.write(`\nThe tests of completion in ${name} are SKIPPED: there is no ${name} (apt-get install ${name})\n`)

it.skipIf(!hasFish)('the completion of fish offers what is valid there', async () => {
  const inFish = async (line: string) => {
    const { stdout } = await execa(
      'fish',
      ['--no-config', '-c', 'ctdbts autocomplete fish | source; complete -C $argv[1]', line],
      { env: cluster.env },
    )
    return stdout.split('\n').map((row) => row.split('\t')[0])
  }
  expect(await inFish('ctdbts ip --ver')).toEqual(['--verbose'])
  expect(await inFish('ctdbts -n ')).toEqual(NODES)
  expect(await inFish('ctdbts ip --host p')).toEqual(['prod'])
  expect(await inFish('ctdbts takeover-run --remove-address ')).toEqual(expect.arrayContaining(ADDRESSES))
  expect(await inFish('ctdbts verify --format=n')).toEqual(['--format=nagios'])
})

const SHELLS = [
  { shell: 'bash', start: 'bash --norc --noprofile -i', there: hasTmux },
  { shell: 'zsh', start: 'zsh -f -i', there: hasTmux && hasZsh },
]

describe.each(SHELLS)('in a terminal with $shell', ({ shell, start, there }) => {
  it.skipIf(!there)('Tab completes', async () => {
    await using terminal = await openTerminal(start, cluster.env)
    // Profiles may have changed it.
    await terminal.press(`PATH='${cluster.env.PATH}'; source <(ctdbts autocomplete ${shell}); clear; echo go-$((1+1))`, 'Enter')
    await terminal.shows('go-2')
    await terminal.press('ctdbts sna', 'Tab')
    await terminal.shows('ctdbts snapshot')
    await terminal.press('C-u', 'ctdbts takeover-run --remove-address fd', 'Tab', '--dry', 'Tab')
    await terminal.shows('--remove-address fd00::15 --dry-run')
    await terminal.press('C-u', 'ctdbts verify -H pr', 'Tab', '--sud', 'Tab')
    await terminal.shows('-H prod --sudo')
    await terminal.press('C-u', 'ctdbts -n ', 'Tab', 'Tab')
    await terminal.shows(/0 .*1 .*2|0 .*\n1 .*\n2 /)
    await terminal.press('C-u', 'ctdbts takeover-run --link-down 1', 'Tab', 'b', 'Tab')
    await terminal.shows('--link-down 1:bond0')
    await terminal.press('C-u', `ctdbts ip --from=${cluster.dir.path}/ctdb`, 'Tab')
    await terminal.shows(`--from=${cluster.dir.path}/ctdbts`)
  })
})
