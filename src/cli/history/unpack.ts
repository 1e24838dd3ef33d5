import { Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { CtdbtsError } from '../../lib/errors.ts'
import { unpackedBy } from './unpack-program.ts'

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

/** Whether something is compressed, by how it begins. */
export const isPacked = (head: string): boolean => MAGICS.some(({ bytes }) => head.startsWith(bytes))

/**
 * The content of a log, whatever it is compressed with.
 * @param name of the log, for messages.
 * @throws CtdbtsError NO_FILE if it is compressed with something that neither Node nor a program here reads; what `content` throws.
 */
export async function unpacked(content: AsyncIterable<unknown>, name: string): Promise<AsyncIterable<unknown>> {
  const { first, all } = await peeked(content as AsyncIterable<Buffer>)
  const head = first?.subarray(0, 6).toString('latin1') ?? ''
  const magic = MAGICS.find(({ bytes }) => head.startsWith(bytes))
  if (!magic) return all
  if (!magic.open) {
    // The programs have the names of what they write.
    const output = await unpackedBy(magic.name, all, name)
    if (!output) throw unreadable(name, magic.name)
    return output
  }
  const unpacking = magic.open()
  const packed = Readable.from(all, { objectMode: false })
  packed.on('error', (error) => unpacking.destroy(error))
  return packed.pipe(unpacking)
}

/** The first piece of something, and all of it. */
export async function peeked(
  content: AsyncIterable<Buffer>,
): Promise<{ readonly first: Buffer | undefined; readonly all: AsyncIterable<Buffer> }> {
  const chunks = content[Symbol.asyncIterator]()
  const { done, value } = await chunks.next()
  const first = done ? undefined : value
  return { first, all: rest(first, chunks) }
}

async function* rest(first: Buffer | undefined, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first) yield first
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

function unreadable(name: string, compression: string): CtdbtsError {
  const hint = `install \`${compression}\`, or unpack it elsewhere`
  const message = `cannot read ${name}: it is compressed with ${compression}, and the program \`${compression}\` is not here`
  return new CtdbtsError('NO_FILE', message, { hint })
}

/** Errors of zlib: the file is not whole. What came before is read. */
const BROKEN = /^Z_|^ERR_ZSTD|^ZSTD_/

/** What is wrong with a log that could not be read to its end. */
export function problemOf(name: string, cause: unknown): CtdbtsError {
  if (cause instanceof CtdbtsError) return cause
  const { code = '', message } = cause as NodeJS.ErrnoException
  const what = BROKEN.test(code) ? `${name} is damaged or cut off; read up to there` : `cannot read ${name}`
  return new CtdbtsError('NO_FILE', `${what}: ${message}`, { cause })
}
