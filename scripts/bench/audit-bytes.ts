// How many bytes an audit exchanges with each node, without and with a probe of the networks: what commands and sockets carry, without SSH's own.
import { Socket } from 'node:net'
import { auditCluster } from '../../src/operations/audit/audit.ts'
import { Cluster } from '../../src/operations/reach/cluster.ts'
import type { HostAccess } from '../../src/transport/host-access.ts'
import type { Lab } from '../../test/lab/harness/lab.ts'
import { nodeAccess, wholeCluster } from '../../test/lab/harness/node-access.ts'

/** What went to a node and what came from it, in bytes. */
class Tally {
  private commandsSent = 0
  private commandsReceived = 0
  private readonly sockets: Socket[] = []

  /** The same access, counted. */
  counted(access: HostAccess): HostAccess {
    return {
      ...access,
      exec: async (argv, limits) => {
        this.commandsSent += argv.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0)
        const result = await access.exec(argv, limits)
        this.commandsReceived += result.stdout.length + Buffer.byteLength(result.stderr)
        return result
      },
      connect: async (paths) => {
        const stream = await access.connect(paths)
        if (!(stream instanceof Socket)) throw new Error('the bytes of this connection cannot be counted')
        this.sockets.push(stream)
        return stream
      },
    }
  }

  get text(): string {
    const sum = (bytes: (socket: Socket) => number) => this.sockets.reduce((all, socket) => all + bytes(socket), 0)
    const sent = sum(({ bytesWritten }) => bytesWritten)
    const received = sum(({ bytesRead }) => bytesRead)
    return (
      `sent ${this.commandsSent} B in commands and ${sent} B to ctdbd, ` +
      `received ${this.commandsReceived} B from commands and ${received} B from ctdbd`
    )
  }
}

/** Prints what an audit of a lab exchanges with each node. */
export async function reportBytes(lab: Lab): Promise<void> {
  for (const probe of [false, true]) {
    const nodes = lab.pnns.map((pnn) => ({ pnn, tally: new Tally() }))
    const entries = nodes.map(({ pnn, tally }) => ({
      name: `node ${pnn}`,
      reach: async () => tally.counted(nodeAccess(lab, pnn)),
    }))
    using cluster = await Cluster.open({ ...wholeCluster(lab), entries })
    await auditCluster(cluster, { probe })
    for (const { pnn, tally } of nodes) {
      console.log(`bytes of an audit of 3 real nodes${probe ? ' with --probe' : ''}, node ${pnn}: ${tally.text}`)
    }
  }
}
