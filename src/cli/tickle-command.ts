import * as Args from '@oclif/core/args'
import { type Connection, parseConnections } from '../lib/address/parse-address.ts'
import { ERRNO } from '../lib/errno.ts'
import { adding, CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { counted } from '../lib/plural.ts'
import type { Control } from '../lib/wire/controls.ts'
import { sendConnections } from '../operations/administer/tickles.ts'
import { ask, type TargetNode } from '../operations/target-node.ts'
import { socketAddressOf } from './address-arguments.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'
import { standardInput } from './standard-input.ts'

/** Some 400,000 connections. */
const MAX_INPUT_BYTES = 16 << 20

/** The arguments that name a connection; without them, connections are read from standard input. */
export const connectionArgs = {
  source: Args.string({ ignoreStdin: true, description: "the client's address and port" }),
  destination: Args.string({ ignoreStdin: true, description: 'the public address and port' }),
}

/** What to do with connections, and how to report it. */
export interface TickleAction {
  readonly control: Control<Connection, void>
  /** What `ctdb` prints when the connection of the command line fails. */
  readonly failure: string
  /** `add`: "Failed to add 2 tickles". */
  readonly verb: string
  /** What was done: `added`. */
  readonly done: string
}

/** `addtickle` and `deltickle`: a connection on the command line, or any number on standard input. */
export abstract class TickleCommand extends MirrorCommand {
  /** Carries out the action, and shows the result. */
  protected async carryOut(
    flags: GlobalOptions,
    words: { source: string | undefined; destination: string | undefined },
    action: TickleAction,
  ): Promise<unknown> {
    const { source, destination } = words
    if (source !== undefined && destination === undefined) throw this.usageError('give both ends of the connection')
    const { pnn, connections } = await this.withNode(flags, async (node) => {
      const connections =
        source === undefined || destination === undefined
          ? await tellInput(node, action)
          : [await this.tellOne(node, source, destination, action)]
      return { pnn: await node.pnn, connections }
    })
    this.tell(flags, `Node ${pnn}: ${counted(connections.length, 'tickle', 'tickles')} ${action.done}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, pnn, [action.done]: connections.length }),
    })
  }

  private async tellOne(node: TargetNode, source: string, destination: string, action: TickleAction): Promise<Connection> {
    const connection = { source: socketAddressOf(source), destination: socketAddressOf(destination) }
    await ask(node, action.control, connection).catch(adding('NOT_TOLD', action.failure))
    return connection
  }
}

/** The connections on standard input. @throws CtdbtsError BAD_CONNECTION, INPUT_TOO_LONG. */
export async function connectionsOfInput(): Promise<readonly Connection[]> {
  const connections = parseConnections((await standardInput(MAX_INPUT_BYTES)).toString())
  if (connections) return connections
  throw new CtdbtsError('BAD_CONNECTION', 'a line of standard input is not a connection', {
    hint: 'write IP:PORT IP:PORT in each line, both of the same family; empty lines and lines with # are ignored',
    // `ctdb` exits like this, and prints nothing.
    exitStatus: ERRNO.EINVAL,
    ctdbText: { stderr: [] },
  })
}

async function tellInput(node: TargetNode, { control, verb }: TickleAction): Promise<readonly Connection[]> {
  const connections = await connectionsOfInput()
  const failed = await sendConnections(node, control, connections)
  if (failed === 0) return connections
  const line = `Failed to ${verb} ${failed} tickles`
  throw saidByCtdb('NOT_TOLD', line, {
    hint: `${connections.length - failed} of ${connections.length} succeeded; check that each destination is a public address`,
  })
}
