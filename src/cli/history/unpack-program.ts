import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'

/** What a program says of what is wrong is no longer than this. */
const LONGEST_WORD = 1_000

/**
 * What a program unpacks, as `xz -dc`.
 * @param name of the log, for messages.
 * @returns undefined if there is no such program here.
 * @throws CtdbtsError NO_FILE if it cannot be started.
 */
export async function unpackedBy(
  program: string,
  packed: AsyncIterable<Buffer>,
  name: string,
): Promise<AsyncIterable<Buffer> | undefined> {
  const child = await started(program).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CtdbtsError('NO_FILE', `cannot read ${name}: \`${program}\` cannot be started: ${error.message}`, { cause: error })
  })
  if (!child) return undefined
  // That it ends before it has read all shows when it ends.
  child.stdin.on('error', () => {})
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, LONGEST_WORD)
  })
  // We may begin to read when the program has ended. Node keeps its output until then only if there is a listener for it.
  child.stdout.on('readable', () => {})
  const ended = once(child, 'close') as Promise<[number | null]>
  const source = Readable.from(packed, { objectMode: false })
  source.on('error', (error) => child.stdout.destroy(error))
  source.pipe(child.stdin)
  return outputOf(child)

  async function* outputOf(running: ChildProcessWithoutNullStreams): AsyncGenerator<Buffer> {
    try {
      yield* heldOnce(running)
    } finally {
      // Whoever reads may have had enough.
      source.destroy()
      running.kill()
    }
    const [status] = await ended
    if (status !== 0) throw broken(name, program, said)
  }
}

/** Without pipes if it cannot be started, as when too many files are open. */
async function started(program: string): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(program, ['-dc'], { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
  await once(child, 'spawn')
  return child
}

/** The output of a program. Nobody may read on after its beginning, as in a recording of another time: our process does not wait for that. */
async function* heldOnce(child: ChildProcessWithoutNullStreams): AsyncGenerator<Buffer> {
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as readonly Pick<Socket, 'ref' | 'unref'>[]
  let isFirst = true
  for await (const chunk of child.stdout) {
    if (isFirst) for (const each of handles) each.unref()
    yield chunk
    if (isFirst) for (const each of handles) each.ref()
    isFirst = false
  }
}

/** @param said by the program. */
function broken(name: string, program: string, said: string): CtdbtsError {
  const why = said.split('\n', 1)[0]?.replace(/^[^:]*: (?:\(stdin\): )?/, '') ?? ''
  return new CtdbtsError('NO_FILE', `${name} is damaged or cut off; read up to there: ${why === '' ? `${program} failed` : why}`)
}
