import { CtdbtsError } from '../errors.ts'

/** On Linux sun_path has 108 bytes, one of them for the final NUL. */
const MAX_BYTES = 107

/** @throws CtdbtsError SOCKET_PATH with this hint when no Unix socket can have a path that long. */
export function checkSocketPath(path: string, hint: string): void {
  if (new TextEncoder().encode(path).length <= MAX_BYTES) return
  throw new CtdbtsError('SOCKET_PATH', `the socket path is longer than ${MAX_BYTES} bytes: ${path}`, { hint })
}
