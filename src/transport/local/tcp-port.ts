import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { isPortUsed } from '../../lib/host/proc-net-tcp.ts'

/**
 * Whether a program could bind to a TCP port of all IPv4 addresses of this machine, as long as it does not ask to reuse the port.
 * @returns the code of the error that it would get, such as EADDRINUSE; undefined if it could.
 */
export async function bindError(port: number): Promise<string | undefined> {
  const error = await listenError(port)
  if (error !== undefined || port === 0) return error
  // Node asks to reuse ports, so it does not notice connections that are left of an earlier program.
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')))
  return tables.some((table) => isPortUsed(table, port)) ? 'EADDRINUSE' : undefined
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code = 'EINVAL' }: NodeJS.ErrnoException) => resolve(code))
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
