import { EndedError } from '../lib/errors.ts'
import { EXIT_STATUS_BY_SIGNAL } from './signals.ts'

/**
 * Asks on the terminal. Ctrl-C ends the program, or what is under way where that has to clean up.
 * @returns the line that was typed; undefined at the end of the input.
 * @throws EndedError INTERRUPTED after Ctrl-C, if the program has not ended.
 */
export async function askOnTerminal(question: string): Promise<string | undefined> {
  // Loaded only here, as it would slow down every command.
  const { createInterface } = await import('node:readline')
  // On standard error, so that what is written to standard output can go into a file.
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  return await new Promise((resolve, reject) => {
    terminal.on('SIGINT', () => {
      reject(new EndedError('INTERRUPTED', 'interrupted (SIGINT)', { exitStatus: EXIT_STATUS_BY_SIGNAL.SIGINT }))
      terminal.close()
      process.kill(process.pid, 'SIGINT')
    })
    terminal.once('close', () => resolve(undefined))
    terminal.question(question, (answer) => {
      resolve(answer)
      terminal.close()
    })
  })
}
