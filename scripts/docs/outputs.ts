import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { ROOT } from './pages.ts'

const CONSOLE = /^```console\n(.*?)^```$/gms
/** Stands before the output of each command. No program prints it. */
const MARK = '\u0001'
/** Dates and times, and how many checks there are: of no interest to readers, and other ones soon. */
const VARYING = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?|\d+ checks/g

/**
 * The page with the outputs of its `console` blocks as a run prints them. Each block is one shell, in a folder that has only `docs` and `test`. A
 * command begins with `$ `; the lines below it are what it prints. Where only {@link VARYING} parts differ, the lines stay as they are.
 */
export async function withRenewedOutputs(text: string): Promise<string> {
  const found = [...text.matchAll(CONSOLE)].map(([whole, code = '']) => ({ whole, code }))
  const renewed = await Promise.all(
    found.map(async ({ whole, code }) => ({ whole, block: `\`\`\`console\n${await renewedBlock(code)}\`\`\`` })),
  )
  return renewed.reduce((page, { whole, block }) => page.replace(whole, () => block), text)
}

/** A command of a block with the output below it. */
interface Shown {
  readonly command: string
  readonly output: string
}

async function renewedBlock(code: string): Promise<string> {
  const shown = [...code.matchAll(/^\$ (.*\n)((?:(?!\$ ).*\n)*)/gm)].map(
    ([, command = '', output = '']): Shown => ({ command, output }),
  )
  const outputs = await outputsOf(shown.map(({ command }) => command))
  return shown.map(({ command, output }, index) => `$ ${command}${withOldParts(outputs[index] ?? '', output)}`).join('')
}

const withOldParts = (output: string, old: string): string =>
  output.replaceAll(VARYING, '') === old.replaceAll(VARYING, '') ? old : output

/** What each command prints on standard output and error, one after the other in one shell, in which `$?` is the status of the last one. */
async function outputsOf(commands: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ctdbts-docs-'))
  try {
    for (const name of ['bin', 'home', 'work']) mkdirSync(join(folder, name))
    symlinkSync(join(ROOT, 'bin/run.js'), join(folder, 'bin/ctdbts'))
    for (const name of ['docs', 'test']) symlinkSync(join(ROOT, name), join(folder, 'work', name))
    const script = commands.map((command) => `status=$?; printf '${MARK}'; (exit $status)\n${command}`).join('')
    const { all } = await execa('sh', ['-c', script], {
      all: true,
      cwd: join(folder, 'work'),
      extendEnv: false,
      env: {
        PATH: `${join(folder, 'bin')}:${join(ROOT, 'node_modules/.bin')}:/usr/bin:/bin:/usr/sbin:/sbin`,
        HOME: join(folder, 'home'),
        LANG: 'C.UTF-8',
        TZ: 'UTC',
      },
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
    })
    return all.replaceAll(join(folder, 'work'), '/tmp/example').split(MARK).slice(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
