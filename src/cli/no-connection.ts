import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { clusterNodes } from '../lib/cluster/address-files.ts'
import { hasFlag, NODE_FLAG } from '../lib/cluster/node.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { socketByEnvironment, testBase } from '../transport/ctdb-paths.ts'

/**
 * Why the local daemon cannot be connected to. In test mode, where Samba's own tests hold every word, in the real tool's words; else in ours,
 * which say what is wrong and what to do, where the real ones only have a number.
 */
export function noConnection(error: unknown, given: string | undefined, env: NodeJS.ProcessEnv): never {
  const base = testBase(env)
  if (base === undefined || !(error instanceof CtdbtsError)) throw error
  const errno = (error.cause as NodeJS.ErrnoException | undefined)?.errno
  if (errno === undefined) throw error
  throw new CtdbtsError(error.code, error.message, {
    ...(error.hint !== undefined && { hint: error.hint }),
    exitStatus: error.exitStatus,
    cause: error,
    ctdbText: {
      stderr: [
        // Node has it negative.
        `connect() failed, errno=${Math.abs(errno)}`,
        `Failed to connect to CTDB daemon (${given ?? socketByEnvironment(env)})`,
        ...membershipWords(`${base}/nodes`),
      ],
    },
  })
}

/** What the real tool finds out then: whether this machine is a node at all. */
function membershipWords(nodesPath: string): readonly string[] {
  const question = 'Is this node part of CTDB cluster?'
  try {
    const nodes = clusterNodes(readFileSync(nodesPath, 'utf8'), nodesPath).filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    if (nodes.some(({ address }) => isOurs(address.address))) return []
    return ['Failed to detect PNN of the current node.', question]
  } catch {
    return [`Failed to read nodes from "${nodesPath}"`, question]
  }
}

const isOurs = (address: string): boolean =>
  address.startsWith('127.') ||
  Object.values(networkInterfaces()).some((addresses) => addresses?.some((each) => each.address === address))
