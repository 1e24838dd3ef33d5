import { ControlFailure } from '../daemon/control-failure.ts'
import type { Process } from '../process/wait.ts'
import { Clients } from './clients.ts'
import { Databases } from './databases.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import { Migrations } from './migrations.ts'
import type { PeerCall } from './packets.ts'
import { Replacements } from './replacements.ts'
import { Transactions } from './transactions.ts'
import { Traverses } from './traverses.ts'

/** All that a node's daemon does with databases. */
export class NodeDatabases {
  readonly list: Databases
  readonly migrations: Migrations
  readonly transactions: Transactions
  readonly traverses: Traverses
  readonly replacements: Replacements
  /** The PIDs of the clients that have a file open. */
  readonly clients = new Clients()

  constructor(owner: DatabasesOwner) {
    this.list = new Databases(owner)
    this.migrations = new Migrations(owner, this.list)
    this.transactions = new Transactions(owner, this.list)
    this.traverses = new Traverses(owner, this.list)
    this.replacements = new Replacements(owner, this.list, (database) => {
      this.migrations.askAgain(database)
      this.transactions.recovered(database)
    })
  }

  /** Answers another daemon, or the own recovery daemon. */
  *answer({ peer, request }: PeerCall): Process<unknown> {
    if (peer === 'attachDatabase') {
      const { kind } = this.list.create(request.name, request.kind, request.vnnMap)
      if (kind !== request.kind) throw new ControlFailure(-1)
    } else if (peer === 'detachDatabase') this.list.remove(request)
    else if (peer === 'updateRecords') yield* this.transactions.update(request)
    else if (peer === 'pullRecords') return this.replacements.pull(request)
    else return yield* this.traverses.ownRecords(request)
    return undefined
  }
}
