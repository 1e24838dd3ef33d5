import { DATABASE_FLAG, isVolatile } from '../../lib/cluster/database.ts'
import { MIGRATED_WITH_DATA } from '../../lib/cluster/record.ts'
import { databaseId } from '../../lib/cluster/record-hash.ts'
import type { VnnMap } from '../../lib/cluster/report.ts'
import type { RequestOf } from '../../lib/wire/controls.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { begin, type Process, until, type Wait } from '../process/wait.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import { RecordStore } from './record-store.ts'
import { SimDatabase } from './sim-database.ts'

/** The databases that are attached on a node. */
export class Databases {
  private readonly owner: DatabasesOwner
  private readonly byId = new Map<number, SimDatabase>()
  private waiting: (() => void)[] = []

  constructor(owner: DatabasesOwner) {
    this.owner = owner
  }

  /** The newest first, as CTDB lists them. */
  get all(): readonly SimDatabase[] {
    return [...this.byId.values()].reverse()
  }

  find(id: number): SimDatabase | undefined {
    return this.byId.get(id)
  }

  /** @throws ControlFailure for an id that is not attached. */
  get(id: number): SimDatabase {
    const found = this.byId.get(id)
    if (!found) throw new ControlFailure(-1)
    return found
  }

  /** Attaches the persistent databases that are on the disk; at the start of the daemon. */
  attachPersistent(): void {
    for (const name of this.owner.disk.persistent.keys()) this.create(name, DATABASE_FLAG.persistent)
  }

  /** DB_ATTACH of a client: attaches a database here and on the connected nodes. A recovery has to end first. @throws ControlFailure. */
  *attach(name: string, kind: number): Process<number> {
    const { owner } = this
    if (name === '' || name.includes('/') || owner.isInactive || owner.tunable('AllowClientDBAttach') === 0)
      throw new ControlFailure(-1)
    const known = this.byId.get(databaseId(name))
    if (!known) yield* until(this.whenNormal())
    const database = this.create(name, kind)
    if (database.kind !== kind) throw new ControlFailure(-1)
    const { vnnMap } = database
    if (!known) for (const pnn of owner.connectedOthers()) begin(owner.callPeer(pnn, 'attachDatabase', { name, kind, vnnMap }))
    return database.id
  }

  /** Attaches a database on this node only, unless it is. @param vnnMap of the node that has attached it first. */
  create(name: string, kind: number, vnnMap: VnnMap = this.owner.vnnMap): SimDatabase {
    const found = this.byId.get(databaseId(name))
    if (found) return found
    const { disk, pnn } = this.owner
    const persistent = kind === DATABASE_FLAG.persistent
    const store = (persistent ? disk.persistent.get(name) : undefined) ?? new RecordStore()
    if (persistent) disk.persistent.set(name, store)
    const path = `${disk.folder}/${persistent ? 'persistent' : 'volatile'}/${name}.${pnn}`
    const database = new SimDatabase({ name, flags: kind, path, store, vnnMap })
    disk.attached(database)
    disk.use.hasBegun = true
    this.byId.set(database.id, database)
    if (this.owner.isInactive) begin(database.locks.freeze())
    return database
  }

  /** DB_DETACH of a client: detaches a volatile database here and on the connected nodes. @throws ControlFailure. */
  detach(id: number): void {
    const { owner } = this
    const { flags } = this.get(id)
    if (!isVolatile(flags) || owner.recoveryMode !== 0 || owner.tunable('AllowClientDBAttach') !== 0) throw new ControlFailure(-1)
    this.remove(id)
    for (const pnn of owner.connectedOthers()) begin(owner.callPeer(pnn, 'detachDatabase', id))
  }

  /** Detaches a database on this node only. */
  remove(id: number): void {
    const database = this.byId.get(id)
    if (!database) return
    this.byId.delete(id)
    database.replacement?.stopListening()
    this.owner.disk.detached(database)
  }

  /** PUSH_RECORD: keeps a copy of a record that another node has. @throws ControlFailure. */
  storeCopy({ generation, databaseId: id, header, key, value }: RequestOf<'pushRecord'>): void {
    const { owner } = this
    // A recovery that has come between has given all nodes the newest record.
    if (generation !== owner.vnnMap.generation || header.dmaster === owner.pnn) return
    this.get(id).write(key, { ...header, flags: header.flags | MIGRATED_WITH_DATA }, value)
  }

  /** A stopped or banned node keeps everybody from its databases until a recovery includes it again. */
  freezeAll(): void {
    for (const { locks } of this.byId.values()) begin(locks.freeze())
  }

  /** The recovery mode has become normal. */
  recovered(): void {
    const { waiting } = this
    this.waiting = []
    for (const done of waiting) done()
  }

  private whenNormal(): Wait<void> {
    return (done) => {
      if (this.owner.recoveryMode === 0) done()
      else this.waiting.push(done)
      return undefined
    }
  }
}
