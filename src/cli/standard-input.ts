import { CtdbtsError } from '../lib/errors.ts'

/** All of standard input. @throws CtdbtsError INPUT_TOO_LONG. */
export async function standardInput(maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new CtdbtsError('INPUT_TOO_LONG', `standard input is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
