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
 */
export async function unpackedBy(
  program: string,
  packed: AsyncIterable<Buffer>,
  name: string,
): Promise<AsyncIterable<Buffer> | undefined> {
  const child = spawn(program, ['-dc'], { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
  // That it ends before it has read all shows when it ends.
  child.stdin.on('error', () => {})
  try {
    await once(child, 'spawn')
  } catch {
    return undefined
  }
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, LONGEST_WORD)
  })
  // What nobody waits for, Node throws away when the program ends.
  child.stdout.on('readable', () => {})
  const ended = once(child, 'close') as Promise<[number | null]>
  const source = Readable.from(packed, { objectMode: false })
  source.on('error', (error) => child.stdout.destroy(error))
  source.pipe(child.stdin)
  return outputOf()

  async function* outputOf(): AsyncGenerator<Buffer> {
    try {
      yield* heldOnce(child)
    } finally {
      // Whoever reads may have had enough.
      source.destroy()
      child.kill()
    }
    const [status] = await ended
    if (status !== 0) throw broken(name, program, said)
  }
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
