import { fstatSync, writeFileSync } from 'node:fs'
import { EXIT_STATUS } from '../lib/errors.ts'

/** 128 plus SIGPIPE, the signal that ends other programs when the reader closes. */
const PIPE_CLOSED_STATUS = 141

const lost = Promise.withResolvers<void>()
let whenClosed: 'end' | 'fail' | 'go on' = 'end'

/**
 * Sets what to do when nobody reads the output any more. By default the program ends successfully: the reader has seen enough. A command
 * that changes something must not end like that: it fails before the change, and continues without output from then on.
 */
export function whenOutputCloses(what: 'fail' | 'go on'): void {
  whenClosed = what
}

/** Resolves when standard output cannot be written any more; what waits to be written never is. */
export const outputLost = lost.promise

/**
 * Makes the program end cleanly on a closed or full output: a reader that has seen enough (`| head`) is not a failure; a full disk is one,
 * and is reported. For changes in progress see {@link whenOutputCloses}.
 */
export function guardOutput(): void {
  writeFilesWhole()
  process.stdout.on('error', onOutputError)
  // Nothing can be reported any more.
  process.stderr.on('error', () => whenClosed === 'go on' || process.exit(EXIT_STATUS.failure))
}

/**
 * Removes the listener that oclif adds when its Command is loaded, so call it after that. It throws every error but EPIPE, which would end
 * the program with a stack trace in the middle of a change.
 */
export function dropOclifListener(): void {
  for (const listener of process.stdout.listeners('error')) {
    if (listener !== onOutputError) process.stdout.off('error', listener as typeof onOutputError)
  }
}

/** Node ignores that a write to a file was partial: a disk that becomes full would cut off the output without an error. */
function writeFilesWhole(): void {
  if (!fstatSync(STDOUT).isFile()) return
  process.stdout._write = (chunk, _encoding, done) => {
    try {
      writeFileSync(STDOUT, chunk)
    } catch (error) {
      return done(error as Error)
    }
    done()
  }
}

const STDOUT = 1

let isReported = false

function onOutputError(error: NodeJS.ErrnoException): void {
  lost.resolve()
  if (error.code === 'EPIPE') {
    if (whenClosed !== 'go on') process.exit(whenClosed === 'fail' ? PIPE_CLOSED_STATUS : (process.exitCode ?? EXIT_STATUS.ok))
    return
  }
  // Every write may fail like this.
  if (!isReported) failAtTheEnd(error)
  isReported = true
  if (whenClosed !== 'go on') process.exit(EXIT_STATUS.failure)
}

/** Reports the error, and makes the program fail at its end, whatever succeeds until then. */
function failAtTheEnd({ message }: Error): void {
  process.stderr.write(`ctdbts: cannot write the output: ${message}\n`)
  process.once('exit', () => {
    process.exitCode ||= EXIT_STATUS.failure
  })
}

/** Whether to use colours: only on a terminal that has them, and not under NO_COLOR (https://no-color.org). */
export const wantsColour = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' && stream.hasColors()
