import { DATABASE_FLAG } from '../../lib/cluster/database.ts'
import { hasFlag, NODE_FLAG } from '../../lib/cluster/node.ts'
import { ERRNO } from '../../lib/errno.ts'
import { adding, saidByCtdb } from '../../lib/errors.ts'
import { hex32 } from '../../lib/hex32.ts'
import { type Control, controls } from '../../lib/wire/controls.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { allInOrder } from '../collect/ordered-requests.ts'
import { type ControlWords, inWords } from './control-words.ts'

/** A database that the local daemon has attached for this client. */
export interface AttachedDatabase {
  readonly id: number
  readonly name: string
  /** Bits of DATABASE_FLAG, as they were asked for. */
  readonly flags: number
  /** The path of its file on the node of the daemon. */
  readonly path: string
  /** Flags with which a client opens that file: those of tdb_open. */
  readonly openFlags: number
}

/**
 * Attaches a database on all nodes, as every client does before it uses one; creates it if need be.
 * @param flags bits of DATABASE_FLAG.
 * @throws CtdbtsError NOT_ATTACHED in the words of `ctdb`.
 */
export async function attachDatabase(
  client: CtdbClient,
  { name, flags }: Pick<AttachedDatabase, 'name' | 'flags'>,
): Promise<AttachedDatabase> {
  const said = `attach: ${name}`
  const ask = <Q, R>(control: Control<Q, R>, data: Q, refused = `${control.name} parse failed`) =>
    client.control(control, { data }).catch(refusal({ silent: `${said} ${control.name} failed`, refused: `${said} ${refused}` }))
  const id = await ask(attachControl(flags), name, 'failed to get db_id')
  const path = await ask(controls.getDbPath, id)
  const health = await ask(controls.dbGetHealth, id)
  if (health !== '') {
    throw saidByCtdb('NOT_ATTACHED', `${said} database unhealthy (${health})`, { exitStatus: ERRNO.EIO })
  }
  await setFlags(client, id, flags).catch(adding('NOT_ATTACHED', `${said} set db flags ${hex32(flags)} failed`))
  const openFlags = await ask(controls.dbOpenFlags, id)
  return { id, name, flags, path, openFlags }
}

function attachControl(flags: number): Control<string, number> {
  if ((flags & DATABASE_FLAG.persistent) !== 0) return controls.dbAttachPersistent
  return (flags & DATABASE_FLAG.replicated) === 0 ? controls.dbAttach : controls.dbAttachReplicated
}

/** Attaching sets only the type. The other flags are set on each connected node. */
async function setFlags(client: CtdbClient, id: number, flags: number): Promise<void> {
  if ((flags & (DATABASE_FLAG.readOnly | DATABASE_FLAG.sticky)) === 0) return
  const said = `set_db_flags: ${hex32(id)}`
  const nodes = await client.control(controls.getNodeMap).catch(
    refusal({
      silent: `${said} GET_NODEMAP failed`,
      refused: `${said} GET_NODEMAP parse failed`,
    }),
  )
  const connected = nodes.filter((node) => !hasFlag(node, NODE_FLAG.DISCONNECTED))
  const setOnAll = async (flag: number, control: Control<number, void>) => {
    if ((flags & flag) === 0) return
    const failed = `${said} ${control.name} failed`
    await allInOrder(...connected.map(({ pnn }) => client.control(control, { to: pnn, data: id }))).catch(
      refusal({ silent: failed, refused: failed }),
    )
  }
  await allInOrder(setOnAll(DATABASE_FLAG.readOnly, controls.setDbReadOnly), setOnAll(DATABASE_FLAG.sticky, controls.setDbSticky))
}

const refusal = (words: ControlWords) => inWords('NOT_ATTACHED', words)
