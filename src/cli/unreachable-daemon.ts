import { createServer } from 'node:net'
import { constants } from 'node:os'
import { hasFlag, NODE_FLAG } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { readNodes } from '../transport/host/read-nodes.ts'
import { findSocket } from '../transport/unix.ts'
import { type GlobalOptions, thisMachine } from './base-command.ts'
import { nodesSourceOf } from './with-machine.ts'

/**
 * In test mode, which is there to compare texts, a daemon that cannot be reached is told in the real tool's words. Elsewhere ours say
 * more.
 * @throws CtdbtsError `error` with those words.
 */
export async function tellAsInTestMode(error: unknown, options: GlobalOptions): Promise<never> {
  if (!(error instanceof CtdbtsError)) throw error
  const { code, message, hint, exitStatus, cause } = error
  const { errno } = constants as { readonly errno: Readonly<Record<string, number>> }
  const number = errno[(cause as NodeJS.ErrnoException | undefined)?.code ?? '']
  if (number === undefined) throw error
  throw new CtdbtsError(code, message, {
    ...(hint !== undefined && { hint }),
    exitStatus,
    cause,
    ctdbText: {
      stderr: [
        `connect() failed, errno=${number}`,
        `Failed to connect to CTDB daemon (${findSocket(options.socket, process.env)})`,
        ...(await whyNoNode(options)),
      ],
    },
  })
}

/** Nothing when one of the nodes is this machine. */
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
