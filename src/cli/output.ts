import { fstatSync, writeFileSync } from 'node:fs'
import { EXIT_STATUS } from '../lib/errors.ts'

/** 128 and the number of SIGPIPE, which ends other programs then. */
const PIPE_CLOSED_STATUS = 141

const lost = Promise.withResolvers<void>()
let whenClosed: 'end' | 'fail' | 'go on' = 'end'

/**
 * Says what to do when nobody reads the output any more. Unless this is called the program ends, and that is no failure: the reader has
 * seen enough. What changes something must not end so: it fails before it has begun, and goes on without output from then on.
 */
export function whenOutputCloses(what: 'fail' | 'go on'): void {
  whenClosed = what
}

/** Resolves when standard output takes nothing any more: what waits to be written stays so. */
export const outputLost = lost.promise

/**
 * Makes a closed or full output end the program in good order: a reader that has seen enough (`| head`) is no failure; a full disk is
 * one, and is said. What is under way goes on to its end: see {@link whenOutputCloses}.
 */
export function guardOutput(): void {
  writeFilesWhole()
  process.stdout.on('error', onOutputError)
  // Nothing can be said any more; whoever closed it does not want to hear.
  process.stderr.on('error', () => whenClosed === 'go on' || process.exit(EXIT_STATUS.failure))
}

/**
 * Takes away the listener that oclif adds as soon as its Command is loaded, so not before: it throws whatever is not EPIPE, which ends
 * the program, with a stack trace, in the middle of what must not be left half done.
 */
export function dropOclifListener(): void {
  for (const listener of process.stdout.listeners('error')) {
    if (listener !== onOutputError) process.stdout.off('error', listener as typeof onOutputError)
  }
}

/** Node writes to a file once, and takes a part for the whole: a disk that becomes full would cut the output short without a word. */
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

let isTold = false

function onOutputError(error: NodeJS.ErrnoException): void {
  lost.resolve()
  if (error.code === 'EPIPE') {
    if (whenClosed !== 'go on') process.exit(whenClosed === 'fail' ? PIPE_CLOSED_STATUS : (process.exitCode ?? EXIT_STATUS.ok))
    return
  }
  // Every write may fail like this.
  if (!isTold) failAtTheEnd(error)
  isTold = true
  if (whenClosed !== 'go on') process.exit(EXIT_STATUS.failure)
}

/** Says it, and fails at the end, whatever succeeds until then. */
function failAtTheEnd({ message }: Error): void {
  process.stderr.write(`ctdbts: cannot write the output: ${message}\n`)
  process.once('exit', () => {
    process.exitCode ||= EXIT_STATUS.failure
  })
}

/** Whether colours are welcome: only on a terminal that has them, and not under NO_COLOR (https://no-color.org). */
export const wantsColour = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' && stream.hasColors()
