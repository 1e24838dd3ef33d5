// npm run pictures: runs the program in a terminal of its own (tmux), presses keys, and draws what it shows for the README.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '..')
/** Debian's own has Rich; another in the PATH may not. */
const PYTHON = '/usr/bin/python3'
const LIMIT_MS = 30_000

interface Picture {
  readonly name: string
  readonly title: string
  readonly columns: number
  readonly rows: number
  readonly argv: readonly string[]
  /** What happens in the embedded cluster: lines of a scenario. */
  readonly scenario: readonly string[]
  /** Keys in tmux's names; a pattern is waited for. */
  readonly steps: readonly (string | RegExp)[]
}

const CLUSTER = ['nodes 4', 'addresses 12', 'seed 7']

const PICTURES: readonly Picture[] = [
  {
    name: 'watch',
    title: 'ctdbts watch',
    columns: 120,
    rows: 34,
    argv: ['watch', '--sim'],
    scenario: [...CLUSTER, 'at 2 restart-network 2', 'at 6 crash 1'],
    steps: [/node 1 became DISCONNECTED/, /moved from node 1/],
  },
  {
    name: 'watch-what-if',
    title: 'ctdbts watch: what if node 2 were down?',
    columns: 120,
    rows: 34,
    argv: ['watch', '--sim'],
    scenario: CLUSTER,
    steps: [/seen/, 'l', 'l', 'l', 'w', /What if/, 'Enter', /imagin/i],
  },
]

function requirePrograms(): void {
  const lacking = [
    ...(spawnSync('tmux', ['-V']).status === 0 ? [] : ['tmux']),
    ...(spawnSync(PYTHON, ['-c', 'import rich']).status === 0 ? [] : ['python3-rich']),
  ]
  if (lacking.length === 0) return
  console.error(`pictures are drawn with ${lacking.join(' and ')}: apt-get install ${lacking.join(' ')}`)
  process.exit(1)
}

async function take({ name, title, columns, rows, argv, scenario, steps }: Picture): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ctdbts-picture-'))
  const server = `ctdbts-${name}-${process.pid}`
  const tmux = (...words: string[]) => execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], { encoding: 'utf8' })
  try {
    const file = join(directory, 'scenario')
    writeFileSync(file, `${scenario.join('\n')}\n`)
    const command = [process.execPath, join(root, 'bin/run.js'), ...argv, '--sim-scenario', file]
    const size = ['-x', String(columns), '-y', String(rows)]
    tmux(
      'new-session',
      '-d',
      ...size,
      '-e',
      'LANG=C.UTF-8',
      '-e',
      'TERM=screen-256color',
      command.map((word) => `'${word}'`).join(' '),
    )
    for (const step of steps) {
      if (typeof step === 'string') tmux('send-keys', step)
      else await shown(step, () => tmux('capture-pane', '-p'))
    }
    // The last key's frame.
    await sleep(1_000)
    const screen = tmux('capture-pane', '-p', '-e')
    const svg = execFileSync(PYTHON, [join(root, 'scripts/pictures/terminal-svg.py'), String(columns), title], {
      input: screen,
      encoding: 'utf8',
    })
    writeFileSync(join(root, 'docs/pictures', `${name}.svg`), svg)
    console.log(`docs/pictures/${name}.svg`)
  } finally {
    spawnSync('tmux', ['-L', server, 'kill-server'])
    rmSync(directory, { recursive: true, force: true })
  }
}

async function shown(pattern: RegExp, screen: () => string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  while (!pattern.test(screen())) {
    if (Date.now() > deadline) throw new Error(`${pattern} is not shown:\n${screen()}`)
    await sleep(100)
  }
}

requirePrograms()
for (const picture of PICTURES) await take(picture)
