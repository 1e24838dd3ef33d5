import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { CtdbtsError } from '../../lib/errors.ts'

/**
 * Makes sure that nobody else records to a folder: two would write into the same file, and remove each other's. An abstract socket is a lock that
 * ends with its process, however that ends. Other systems than Linux have none.
 * @throws CtdbtsError CANNOT_RECORD.
 */
export async function lockFolder(path: string): Promise<Disposable> {
  if (process.platform !== 'linux') return { [Symbol.dispose]: () => {} }
  const { dev, ino } = statSync(path)
  const server = createServer((socket) => socket.destroy()).listen(`\0ctdbts-record-${dev}-${ino}`)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new CtdbtsError('CANNOT_RECORD', `another ctdbts records to ${path}`, { hint: 'use another folder', cause })
  }
  return { [Symbol.dispose]: () => void server.close() }
}
