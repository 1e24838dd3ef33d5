import { createReadStream } from 'node:fs'
import { Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { CtdbtsError } from '../../lib/errors.ts'
import { LogStore, type TimeSettings } from '../../lib/history/log-store.ts'

/** A log on the command line. */
export interface LogArgument {
  /** `-` is standard input. */
  readonly file: string
  /** The node that it is from, if the user says so. */
  readonly node: number | undefined
}

const CHUNK_BYTES = 1 << 20

/** How compressed files begin, and what reads them. */
const MAGICS: readonly { readonly bytes: string; readonly name: string; readonly open: (() => Transform) | undefined }[] = [
  { bytes: '\x1f\x8b', name: 'gzip', open: () => zlib.createGunzip() },
  // Not in every version of Node.
  {
    bytes: '\x28\xb5\x2f\xfd',
    name: 'zstd',
    open: 'createZstdDecompress' in zlib ? () => zlib.createZstdDecompress() : undefined,
  },
  { bytes: '\xfd7zXZ', name: 'xz', open: undefined },
  { bytes: 'BZh', name: 'bzip2', open: undefined },
]

/** `FILE`, `2=FILE`, or `-`. */
export function logArgument(text: string): LogArgument {
  const named = /^(\d{1,5})=(.+)$/.exec(text)
  return named ? { node: Number(named[1]), file: named[2] ?? '' } : { node: undefined, file: text }
}

/**
 * Reads logs. What is wrong with one does not keep the others from being read.
 * @returns all that was read, and what could not be.
 */
export async function readLogs(
  logs: readonly LogArgument[],
  times: TimeSettings,
): Promise<{ readonly store: LogStore; readonly problems: readonly CtdbtsError[] }> {
  const store = new LogStore(times)
  const problems: CtdbtsError[] = []
  for (const log of logs) {
    const reader = store.open(log.file, log.node)
    try {
      for await (const chunk of await chunksOf(log.file)) reader.push((chunk as Buffer).toString('latin1'))
    } catch (error) {
      problems.push(problemOf(log.file, error))
    }
    reader.end()
    if (reader.counts.ofCtdb === 0 && reader.counts.lines > 0) {
      problems.push(new CtdbtsError('NO_LOG', `${nameOf(log.file)} has no line of CTDB`))
    }
  }
  return { store, problems }
}

/** A log as messages name it. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

/** The content of a file, whatever it is compressed with. */
async function chunksOf(file: string): Promise<AsyncIterable<unknown>> {
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES })
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  const head = first.done ? '' : first.value.subarray(0, 6).toString('latin1')
  const magic = MAGICS.find(({ bytes }) => head.startsWith(bytes))
  const all = rest(first.done ? undefined : first.value, chunks)
  if (!magic) return all
  if (!magic.open) throw unreadable(file, magic.name)
  const unpacked = magic.open()
  const packed = Readable.from(all, { objectMode: false })
  packed.on('error', (error) => unpacked.destroy(error))
  return packed.pipe(unpacked)
}

async function* rest(first: Buffer | undefined, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first) yield first
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

function unreadable(file: string, compression: string): CtdbtsError {
  // The programs have the names of what they write.
  const hint = `run \`${compression} -dc FILE | ctdbts history -\`, or unpack it first`
  return new CtdbtsError(
    'NO_FILE',
    `cannot read ${nameOf(file)}: it is compressed with ${compression}, which Node does not read here`,
    { hint },
  )
}

/** Errors of zlib: the file is not whole. What came before is read. */
const BROKEN = /^Z_|^ERR_ZSTD|^ZSTD_/

function problemOf(file: string, cause: unknown): CtdbtsError {
  if (cause instanceof CtdbtsError) return cause
  const { code = '', message } = cause as NodeJS.ErrnoException
  const isBroken = BROKEN.test(code)
  const what = isBroken ? `${nameOf(file)} is damaged or cut off; read up to there` : `cannot read ${nameOf(file)}`
  return new CtdbtsError('NO_FILE', `${what}: ${message}`, { cause })
}
