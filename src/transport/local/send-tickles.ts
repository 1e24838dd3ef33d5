import { text } from 'node:stream/consumers'
import type { Connection } from '../../lib/address/parse-address.ts'
import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { startPython } from './python.ts'

/**
 * Sends a TCP packet for each line of standard input, `FROM PORT TO PORT`: an acknowledgement of nothing, which makes a client that knows the
 * connection answer. Prints a line for each that failed, as `ctdb` words it. Window and hop limits are those of `ctdb`.
 */
const SCRIPT = `
import errno, os, socket, struct, sys
def checksum(text):
    total = sum(struct.unpack(">%dH" % (len(text) // 2), text))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def send(source, source_port, to, port):
    is_v6 = ":" in to
    if is_v6 != (":" in source):
        raise OSError(errno.EAFNOSUPPORT, "")
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, to)
    def tcp(check):
        return struct.pack(">HHIIBBHHH", int(source_port), int(port), 0, 0, 5 << 4, 0x10, 1234, check, 0)
    pseudo = ends + (struct.pack(">II", 20, 6) if is_v6 else struct.pack(">HH", 6, 20))
    head = struct.pack(">IHBB", 6 << 28, 20, 6, 64) if is_v6 else struct.pack(">BBHHHBBH", 0x45, 0, 40, 0, 0, 255, 6, 0)
    try:
        raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    except OSError as problem:
        return print("Failed to open raw socket (%s)" % os.strerror(problem.errno))
    with raw:
        raw.sendto(head + ends + tcp(checksum(pseudo + tcp(0))), (to, 0))
for line in sys.stdin:
    try:
        send(*line.split())
    except OSError as problem:
        print("Failed sendto (%s)" % os.strerror(problem.errno))
`

/**
 * Sends each client an acknowledgement as if from its server, from this machine.
 * @returns a line for each that failed.
 * @throws CtdbtsError EXEC_FAILED without Python.
 */
export async function sendTickles(connections: readonly Connection[]): Promise<string[]> {
  const helper = await startPython(SCRIPT)
  const problems = text(helper.stream)
  helper.stderr.resume()
  const end = ({ address, port }: SocketAddress) => `${address} ${port}`
  helper.stream.end(connections.map(({ source, destination }) => `${end(destination)} ${end(source)}\n`).join(''))
  return (await problems).split('\n').filter((line) => line !== '')
}
