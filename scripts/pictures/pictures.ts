import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../docs/pages.ts'
import { pageSvg } from './page-svg.ts'
import { screenOf } from './terminal.ts'
import { terminalSvg } from './terminal-svg.ts'

/** What the program shows on a terminal. */
interface TerminalPicture {
  readonly name: string
  readonly title: string
  readonly columns: number
  readonly rows: number
  readonly arguments: readonly string[]
  /** Whether the command is shown above its output, as of a program that only prints. */
  readonly isPrinted?: true
  /** What happens in the embedded cluster: lines of a scenario. */
  readonly scenario?: readonly string[]
  /** Keys in tmux's names; a pattern is waited for. */
  readonly steps: readonly (string | RegExp)[]
}

const CLUSTER = ['nodes 4', 'addresses 12', 'seed 7']

export const TERMINAL_PICTURES: readonly TerminalPicture[] = [
  {
    name: 'watch',
    title: 'ctdbts watch',
    columns: 120,
    rows: 34,
    arguments: ['watch', '--sim'],
    scenario: [...CLUSTER, 'at 2 restart-network 2', 'at 6 script 1 monitor fail'],
    steps: [/moved from node 1.*takeover run finished/s],
  },
  {
    name: 'watch-what-if',
    title: 'ctdbts watch: what if node 2 were down?',
    columns: 120,
    rows: 34,
    arguments: ['watch', '--sim'],
    scenario: CLUSTER,
    steps: [/seen/, 'l', 'l', 'l', 'w', /What if/, 'Enter', /would move/],
  },
  {
    name: 'verify',
    title: 'ctdbts verify',
    columns: 82,
    rows: 20,
    arguments: ['verify', '--sim-scenario', 'docs/examples/failing-script.scenario', '--sim-at', '20'],
    isPrinted: true,
    steps: [/\d+ checks/],
  },
]

/** The SVG of a picture. @param isDone see `screenOf`. */
export async function terminalPicture(picture: TerminalPicture, isDone?: (screen: string) => boolean): Promise<string> {
  const { title, columns, rows, arguments: words, isPrinted, scenario, steps } = picture
  const folder = mkdtempSync(join(tmpdir(), 'ctdbts-picture-'))
  try {
    const file = join(folder, 'scenario')
    if (scenario) writeFileSync(file, `${scenario.join('\n')}\n`)
    const line = [...words, ...(scenario ? ['--sim-scenario', file] : [])].join(' ')
    const shown = isPrinted ? `clear; printf '%s\\n' '$ ctdbts ${line}'; ` : ''
    const command = `${shown}'${process.execPath}' '${join(ROOT, 'bin/run.js')}' ${line}`
    return terminalSvg(await screenOf({ columns, rows, command, folder: ROOT, steps }, isDone), title, columns)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The picture of the page that `history --html` makes of the example logs. */
export function historyPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ctdbts-picture-'))
  try {
    const file = join(folder, 'night.html')
    const logs = [0, 1, 2].map((node) => `docs/examples/night/node${node}.log`)
    const env = { ...process.env, TZ: 'UTC' }
    execFileSync(process.execPath, [join(ROOT, 'bin/run.js'), 'history', ...logs, '--html', file], { cwd: ROOT, env })
    return pageSvg(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
