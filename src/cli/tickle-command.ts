import * as Args from '@oclif/core/args'
import { type Connection, parseConnections } from '../lib/address/parse-address.ts'
import { adding, CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { tellConnections } from '../transport/administer/tickles.ts'
import { type AskedNode, ask } from '../transport/asked-node.ts'
import type { Control } from '../transport/wire/controls.ts'
import { socketAddressOf } from './address-words.ts'
import type { GlobalOptions } from './base-command.ts'
import { MirrorCommand } from './mirror-command.ts'

/** Linux' number for what makes no sense, with which the real tool exits, and says nothing, for a line that is no connection. */
const EINVAL = 22
/** Some 400,000 connections. */
const MAX_INPUT_BYTES = 16 << 20

/** The words of the command line that name a connection; without them it is read from standard input. */
export const connectionArgs = {
  source: Args.string({ ignoreStdin: true, description: "the client's address and port" }),
  destination: Args.string({ ignoreStdin: true, description: 'the public address and port' }),
}

/** What is done with connections, and how that is told. */
export interface TickleAction {
  readonly control: Control<Connection, void>
  /** What the real tool says when one that the command line names fails. */
  readonly failure: string
  /** `add`: "Failed to add 2 tickles". */
  readonly verb: string
  /** What was done: `added`. */
  readonly done: string
}

/** `addtickle` and `deltickle`: a connection on the command line, or any number on standard input. */
export abstract class TickleCommand extends MirrorCommand {
  /** Does it, and shows what there is to show. */
  protected async carryOut(
    flags: GlobalOptions,
    words: { source: string | undefined; destination: string | undefined },
    action: TickleAction,
  ): Promise<unknown> {
    const { source, destination } = words
    if (source !== undefined && destination === undefined) throw this.usageError('both ends of the connection are wanted')
    const { pnn, connections } = await this.withNode(flags, async (node) => {
      const connections =
        source === undefined || destination === undefined
          ? await tellInput(node, action)
          : [await this.tellOne(node, source, destination, action)]
      return { pnn: await node.pnn, connections }
    })
    this.tell(flags, `Node ${pnn}: ${connections.length} ${connections.length === 1 ? 'tickle' : 'tickles'} ${action.done}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, pnn, [action.done]: connections.length }),
    })
  }

  private async tellOne(node: AskedNode, source: string, destination: string, action: TickleAction): Promise<Connection> {
    const connection = { source: socketAddressOf(source), destination: socketAddressOf(destination) }
    await ask(node, action.control, connection).catch(adding('NOT_TOLD', action.failure))
    return connection
  }
}

async function tellInput(node: AskedNode, { control, verb }: TickleAction): Promise<readonly Connection[]> {
  const connections = parseConnections(await standardInput())
  if (!connections) {
    throw new CtdbtsError('BAD_CONNECTION', 'a line of standard input is no connection', {
      hint: 'each line is IP:PORT IP:PORT, both of one family; empty lines and # lines are passed over',
      exitStatus: EINVAL,
      ctdbText: { stderr: [] },
    })
  }
  const failed = await tellConnections(node, control, connections)
  if (failed === 0) return connections
  const line = `Failed to ${verb} ${failed} tickles`
  throw saidByCtdb('NOT_TOLD', line, {
    hint: `${connections.length - failed} of ${connections.length} were no problem; the destination has to be a public address`,
  })
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_INPUT_BYTES) throw new CtdbtsError('INPUT_TOO_LONG', `standard input is longer than ${MAX_INPUT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
