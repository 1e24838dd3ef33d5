import { createServer } from 'node:net'
import { constants } from 'node:os'
import { hasFlag, NODE_FLAG } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { readNodes } from '../transport/host/read-nodes.ts'
import { findSocket } from '../transport/local/socket.ts'
import type { GlobalOptions } from './run-options.ts'
import { thisMachine } from './this-machine.ts'
import { nodesSourceOf } from './with-machine.ts'

/**
 * In test mode, which exists to compare texts, an unreachable daemon is reported in the words of `ctdb`. Elsewhere, ours say more.
 * @throws CtdbtsError `error` with those words.
 */
export async function throwAsInTestMode(error: unknown, options: GlobalOptions): Promise<never> {
  if (!(error instanceof CtdbtsError)) throw error
  const { errno } = constants as { readonly errno: Readonly<Record<string, number>> }
  const number = errno[(error.cause as NodeJS.ErrnoException | undefined)?.code ?? '']
  if (number === undefined) throw error
  throw error.with({
    ctdbText: {
      stderr: [
        `connect() failed, errno=${number}`,
        `Failed to connect to CTDB daemon (${findSocket(options.socket, process.env)})`,
        ...(await whyNoNode(options)),
      ],
    },
  })
}

/** The lines about this machine not being a node; none if it is one. */
async function whyNoNode(options: GlobalOptions): Promise<readonly string[]> {
  const question = 'Is this node part of CTDB cluster?'
  try {
    const nodes = await readNodes(nodesSourceOf(options, await thisMachine()))
    const candidates = nodes.filter((node) => !hasFlag(node, NODE_FLAG.DELETED)).map(({ address }) => address.address)
    for (const address of candidates) if (await isOurs(address)) return []
    return ['Failed to detect PNN of the current node.', question]
  } catch (error) {
    return [...((error as CtdbtsError).ctdbText?.stderr ?? []), question]
  }
}

/** As CTDB has it, an address is ours when a socket can be bound to it. */
const isOurs = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)))
  })
