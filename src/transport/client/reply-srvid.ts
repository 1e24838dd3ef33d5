import { replySrvid } from '../../lib/wire/messages.ts'

let count = 0

/** A srvid for the answers to one request of this process. Every call returns a new one. */
export function nextReplySrvid(): bigint {
  count += 1
  return replySrvid(process.pid, count)
}
