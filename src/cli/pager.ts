import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SHELL_STATUS } from '../lib/shell-status.ts'
import { SteadyOutput } from './steady-output.ts'

/** The command of the pager: as in git, PAGER, or `less`; undefined if that is empty or `cat`, or the terminal cannot move its cursor. */
export function pagerOf({ PAGER = 'less', TERM }: NodeJS.ProcessEnv): string | undefined {
  return PAGER.trim() === '' || PAGER.trim() === 'cat' || TERM === 'dumb' ? undefined : PAGER
}

/** Ends by itself where all fits on the screen, passes on colours, and leaves the text there; a LESS or LV of the user counts. */
export const pagerEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ LESS: 'FRX', LV: '-c', ...env })

/**
 * Prints text in the user's pager where standard output is a terminal, else as it is. Whoever quits the pager has seen enough: nothing else
 * is printed, and that is no error.
 * @param text yields all of it, each time that it is called.
 */
export async function printPaged(text: () => Iterable<string>, { noPager }: { readonly noPager: boolean }): Promise<void> {
  const pager = process.stdout.isTTY && !noPager ? pagerOf(process.env) : undefined
  if (pager !== undefined && (await page(pager, text()))) return
  const output = new SteadyOutput()
  for (const piece of text()) await output.write(piece)
  await output.flush()
}

/** One command, with options. */
const PLAIN = /^(?!\s*\w+=)[\w\s/.,:+=-]+$/

/** @returns whether there is such a pager. */
async function page(pager: string, text: Iterable<string>): Promise<boolean> {
  // As git, by a shell: PAGER may have options. Ctrl-C would end a shell, but not the pager.
  const child = spawn('sh', ['-c', PLAIN.test(pager) ? `exec ${pager}` : pager], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: pagerEnv(process.env),
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(SHELL_STATUS.notFound))
  })
  // Ctrl-C is the pager's: it goes on, and would have no terminal without us.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  // It was quit before the end.
  child.stdin.on('error', ignore)
  try {
    for (const piece of text) {
      if (child.stdin.destroyed) break
      if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, 'drain').catch(ignore), ended])
    }
    child.stdin.end()
    return (await ended) !== SHELL_STATUS.notFound
  } finally {
    process.off('SIGINT', ignore)
  }
}
