import { once } from 'node:events'
import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Listens, for the time of the test, on a Unix socket that sends back whatever it receives. */
export async function echoSocket(path: string): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  await once(server.listen(path), 'listening')
  onTestFinished(() => void server.close())
  return path
}
