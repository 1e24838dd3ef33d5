import { replySrvid } from './wire/messages.ts'

let asked = 0

/** A srvid for the answers to one request of this process; never the same again. */
export function nextReplySrvid(): bigint {
  asked += 1
  return replySrvid(process.pid, asked)
}
