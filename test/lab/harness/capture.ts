import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { switchNamespace } from './network.ts'

/**
 * Prints the questions that come in at the ports of the switch: ARP requests, but for announcements, and neighbour solicitations to groups. On public
 * networks it prints what is neither ARP nor ICMPv6, too.
 */
const PROGRAM = `
import json, socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
# SO_TIMESTAMPNS: when the kernel got it, not when this program did.
s.setsockopt(socket.SOL_SOCKET, 35, 1)
print("{}", flush=True)
while True:
    data, more, _, (port, kind, direction, *_) = s.recvmsg(2048, 64)
    if direction == socket.PACKET_OUTGOING or not (port.startswith("n") or port == "stranger"):
        continue
    found = None
    if kind == 0x0806 and data[20:22] == bytes([0, 1]) and data[28:32] != data[38:42]:
        found = [socket.inet_ntoa(data[28:32]), socket.inet_ntoa(data[38:42])]
    elif kind == 0x86dd and data[0:2] == bytes([0x33, 0x33]) and data[20] == 58 and data[54] == 135:
        found = [socket.inet_ntop(socket.AF_INET6, data[at : at + 16]) for at in (22, 62)]
    elif not port.endswith("eth0") and kind != 0x0806 and not (kind == 0x86dd and data[20] in (0, 58)):
        found = ["", "a packet of type %x" % kind]
    if found:
        seconds, nanoseconds = struct.unpack("qq", more[0][2])
        print(json.dumps({"at": seconds + nanoseconds / 1e9, "port": port, "source": found[0], "target": found[1]}), flush=True)
`

/** A question for the link address of an address, as it came to the switch. */
export interface CapturedQuestion {
  /** Seconds since 1970. */
  readonly at: number
  /** The port of the switch: `n0-eth1`. */
  readonly port: string
  readonly source: string
  /** The address that was asked for; of anything else, what it is. */
  readonly target: string
}

/** Records the questions that come to the switch of a lab. */
export class Capture {
  /** What came until now. */
  readonly soFar: CapturedQuestion[] = []
  private readonly child: ChildProcess

  private constructor(child: ChildProcess) {
    this.child = child
  }

  /** Returns when it records. */
  static async start(labId: string): Promise<Capture> {
    const child = spawn('ip', ['netns', 'exec', switchNamespace(labId), 'python3', '-c', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const capture = new Capture(child)
    const lines = createInterface(child.stdout)
    await once(lines, 'line')
    lines.on('line', (line) => capture.soFar.push(JSON.parse(line)))
    return capture
  }

  /** Ends it. */
  async stop(): Promise<CapturedQuestion[]> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill()
      await once(this.child, 'exit')
    }
    return this.soFar
  }
}
