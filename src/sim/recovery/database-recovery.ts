import { isVolatile } from '../../lib/cluster/database.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { INVALID_GENERATION } from '../../lib/cluster/report.ts'
import { givenTo, mergeBySequence, newestCopy, type RecordsOfNode } from '../../lib/recovery/merge-records.ts'
import type { ControlName, ReplyOf, RequestOf } from '../../lib/wire/controls.ts'
import { messages } from '../../lib/wire/messages.ts'
import { type AskPeer, askingPeers } from '../daemon/ask.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { dataOf, type StoredRecord } from '../databases/record-store.ts'
import { kindOf } from '../databases/sim-database.ts'
import { type Process, until } from '../process/wait.ts'
import type { RecoverOptions } from './recover.ts'

/** A node that did not take part in the recovery. */
class Culprit extends Error {
  readonly pnn: Pnn

  constructor(pnn: Pnn) {
    super(`node ${pnn} did not take part`)
    this.pnn = pnn
  }
}

/** What the nodes of a recovery have attached. */
interface ListedDatabase {
  readonly id: number
  readonly name: string
  readonly flags: number
}

/**
 * The part of a recovery that concerns databases: gives each to the nodes that lack it, and makes it the same on all of them, while nobody
 * can use it.
 * @returns the first node that did not take part; undefined when all did.
 */
export function* recoverEachDatabase(daemon: SimDaemon, options: RecoverOptions): Process<Pnn | undefined> {
  const recovery = new DatabaseRecovery(daemon, options)
  try {
    yield* recovery.run()
  } catch (error) {
    if (!(error instanceof Culprit)) throw error
    return error.pnn
  }
  return undefined
}

class DatabaseRecovery {
  private readonly daemon: SimDaemon
  private readonly options: RecoverOptions
  private readonly askPeer: AskPeer

  constructor(daemon: SimDaemon, options: RecoverOptions) {
    this.daemon = daemon
    this.options = options
    this.askPeer = askingPeers(options.program, daemon)
  }

  *run(): Process<void> {
    for (const database of yield* this.databases()) {
      const { id, flags, name } = database
      const { active, generation, limitMs } = this.options
      const vnnMap = { generation: INVALID_GENERATION, map: [] }
      yield* this.together((pnn) => this.askPeer(pnn, 'attachDatabase', { name, kind: kindOf(flags), vnnMap }, limitMs))
      const transaction = { databaseId: id, transactionId: generation }
      yield* this.onAll('dbFreeze', id)
      yield* this.onAll('dbTransactionStart', transaction)
      const records = yield* this.collect(database)
      yield* this.onAll('wipeDatabase', transaction)
      yield* this.onAll('dbPushStart', { databaseId: id, lmaster: this.daemon.pnn, srvid: messages.pushRecords.srvid })
      const pushed = records.map((record) => ({ requestId: 0, key: record.key, data: dataOf(record) }))
      for (const pnn of active) this.daemon.send(pnn, messages.pushRecords, { databaseId: id, records: pushed })
      const received = yield* this.onAll('dbPushConfirm', id)
      const lacking = active[received.findIndex((count) => count !== records.length)]
      if (lacking !== undefined) throw new Culprit(lacking)
      yield* this.onAll('dbTransactionCommit', transaction)
      yield* this.onAll('dbThaw', id)
    }
  }

  /** All databases that a node has. */
  private *databases(): Process<ListedDatabase[]> {
    const { active, ask, limitMs } = this.options
    const found = new Map<number, ListedDatabase>()
    const maps = yield* this.onAll('getDbMap', undefined)
    for (const [index, map] of maps.entries()) {
      for (const { id, flags } of map) {
        if (!found.has(id)) found.set(id, { id, flags, name: yield* ask(active[index] as Pnn, 'getDbName', id, limitMs) })
      }
    }
    return [...found.values()]
  }

  private *collect({ id, flags }: ListedDatabase): Process<readonly StoredRecord[]> {
    const { active, limitMs } = this.options
    const pull = (pnn: Pnn) => this.askPeer(pnn, 'pullRecords', id, limitMs)
    const { pnn: leader } = this.daemon
    if (!isVolatile(flags)) {
      const numbers = yield* this.onAll('getDbSeqnum', id)
      const newest = newestCopy(
        leader,
        active.map((pnn, index) => ({ pnn, sequenceNumber: numbers[index] ?? 0n })),
      )
      if (newest !== undefined) return (yield* this.together(pull, [newest]))[0] ?? []
    }
    const copies = yield* this.together(pull)
    const merged = mergeBySequence(
      active.map((pnn, index): RecordsOfNode<StoredRecord> => ({ pnn, records: copies[index] ?? [] })),
    )
    return isVolatile(flags) ? givenTo(leader, merged) : merged
  }

  private onAll<N extends ControlName>(name: N, request: RequestOf<N>): Process<ReplyOf<N>[]> {
    return this.together((pnn) => this.options.ask(pnn, name, request, this.options.limitMs))
  }

  /** Asks the nodes, all at once. @throws Culprit for the first one that fails. */
  private *together<T>(ask: (pnn: Pnn) => Process<T>, nodes = this.options.active): Process<T[]> {
    const outcomes = yield* until(this.options.program.all(nodes.map(ask)))
    return outcomes.map((outcome, index) => {
      if (outcome.ok) return outcome.value
      if (!(outcome.error instanceof ControlFailure)) throw outcome.error
      throw new Culprit(nodes[index] as Pnn)
    })
  }
}
