import { connect } from 'node:net'

/** What can be asked of an ssh that keeps a connection. */
export type ControlRequest =
  /** Whether it is there. It answers after it has accepted all connections to sockets on which it listens that were made before. */
  | { readonly kind: 'alive' }
  /** To listen on a local socket, and to forward what connects there to a remote one. */
  | { readonly kind: 'forward'; readonly local: string; readonly remote: string }

// The protocol of OpenSSH's control sockets, since 5.4: PROTOCOL.mux in its sources.
const VERSION = 4
const HELLO = 0x0000_0001
const ALIVE_CHECK = 0x1000_0004
const OPEN_FORWARDING = 0x1000_0006
const OK = 0x8000_0001
const ALIVE = 0x8000_0005
const LOCAL_FORWARDING = 1
/** Stands for a port where the host is the path of a socket. */
const SOCKET_PORT = 0xffff_fffe
/** The length, the type and a number, which each answer has; and far more than any has. */
const MIN_ANSWER = 12
const MAX_ANSWER = 1 << 16

/**
 * Asks an ssh by its control socket, which takes no other process.
 * @param timeoutMs how long it may take to answer everything.
 * @returns for each request whether it was granted; false where no answer comes, too.
 */
export function askMaster(controlPath: string, requests: readonly ControlRequest[], timeoutMs: number): Promise<boolean[]> {
  const granted = requests.map(() => false)
  if (requests.length === 0) return Promise.resolve(granted)
  let unanswered = requests.length
  let received = Buffer.alloc(0)
  return new Promise((resolve) => {
    const socket = connect({ path: controlPath })
    const timer = setTimeout(() => socket.destroy(), timeoutMs)
    const receive = (message: Buffer) => {
      const type = message.readUInt32BE(0)
      if (type === HELLO) {
        if (message.readUInt32BE(4) !== VERSION) socket.destroy()
        return
      }
      const id = message.readUInt32BE(4)
      granted[id] = type === OK || type === ALIVE
      if (--unanswered === 0) socket.destroy()
    }
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(granted)
    })
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && !socket.destroyed) {
        const end = 4 + received.readUInt32BE(0)
        if (end < MIN_ANSWER || end > MAX_ANSWER) socket.destroy()
        if (received.length < end) break
        receive(received.subarray(4, end))
        received = received.subarray(end)
      }
    })
    socket.write(Buffer.concat([message(HELLO, VERSION), ...requests.map(messageOf)]))
  })
}

/** @param id the number of the request, which the answer repeats. */
function messageOf(request: ControlRequest, id: number): Buffer {
  if (request.kind === 'alive') return message(ALIVE_CHECK, id)
  const { local, remote } = request
  return message(OPEN_FORWARDING, id, LOCAL_FORWARDING, local, SOCKET_PORT, remote, SOCKET_PORT)
}

/** A message, after its length: numbers, and texts after their lengths. */
const message = (...fields: readonly (number | string)[]): Buffer =>
  counted(Buffer.concat(fields.map((field) => (typeof field === 'number' ? uint32(field) : counted(Buffer.from(field))))))

const counted = (bytes: Buffer): Buffer => Buffer.concat([uint32(bytes.length), bytes])

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
