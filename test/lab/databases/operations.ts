import { writeFileSync } from 'node:fs'
import { pick, type Random } from '../takeover-run/random.ts'

/** The databases of the test, and what they should have: keys and values as Latin-1 text. */
export interface DatabasesModel {
  readonly volatile: Map<string, string>
  persistent: Map<string, string>
  /** How many transactions have changed the persistent database. */
  sequenceNumber: bigint
  /** The last backup of the persistent database, if there is one. */
  backup: Pick<DatabasesModel, 'persistent' | 'sequenceNumber'> | undefined
}

/** A command line, what it prints if it prints what a record has, and what it changes. */
export interface DatabaseOperation {
  readonly argv: readonly string[]
  readonly prints?: string
  apply(model: DatabasesModel): void
}

/** Where the operations keep their files, and the names of their databases. */
export interface DatabasesPlace {
  readonly volatile: string
  readonly persistent: string
  readonly changesFile: string
  readonly backupFile: string
}

const KEYS = ['key', 'other key', '\xff\x00\x01', 'a', 'b', 'c', 'd', `long ${'k'.repeat(300)}`]
const VALUES = ['value', 'other value', '7', 'with\x00NUL', '"quoted"', 'x'.repeat(150), 'y'.repeat(60_000)]
/** ctdb reads lines of at most 1023 bytes, of which the hexadecimal digits of the longest key take 606. */
const MAX_LINE_VALUE = 150

const hex = (text: string): string => `0x${Buffer.from(text, 'latin1').toString('hex')}`
/** What C prints of a text. */
const untilNul = (text: string): string => text.split('\0', 1)[0] ?? ''

/** Draws what to do next with databases that have this content. */
export function drawDatabaseOperation(random: Random, model: DatabasesModel, place: DatabasesPlace): DatabaseOperation {
  const [key, value] = [pick(random, KEYS), pick(random, VALUES)]
  const { volatile, persistent } = place
  const operations: readonly [weight: number, operation: () => DatabaseOperation][] = [
    [10, () => ({ argv: ['writekey', volatile, hex(key), hex(value)], apply: (to) => void to.volatile.set(key, value) })],
    [4, () => ({ argv: ['deletekey', volatile, hex(key)], apply: (to) => void to.volatile.delete(key) })],
    [
      5,
      () => {
        const found = model.volatile.get(key) ?? ''
        return {
          argv: ['readkey', volatile, hex(key)],
          prints: `Data: size:${found.length} ptr:[${untilNul(found)}]\n`,
          apply: () => {},
        }
      },
    ],
    [10, () => ({ argv: ['pstore', persistent, hex(key), hex(value)], apply: (to) => commit(to, [[key, value]]) })],
    [4, () => ({ argv: ['pdelete', persistent, hex(key)], apply: (to) => commit(to, [[key, '']]) })],
    [
      5,
      () => ({
        argv: ['pfetch', persistent, hex(key)],
        prints: `${untilNul(model.persistent.get(key) ?? '')}\n`,
        apply: () => {},
      }),
    ],
    [8, () => transaction(random, place)],
    [1, () => ({ argv: ['wipedb', volatile], apply: (to) => to.volatile.clear() })],
    [
      1,
      () => ({
        argv: ['wipedb', persistent],
        apply: (to) => Object.assign(to, { persistent: new Map(), sequenceNumber: 0n }),
      }),
    ],
    [
      2,
      () => ({
        argv: ['backupdb', persistent, place.backupFile],
        apply: (to) => {
          to.backup = { persistent: new Map(to.persistent), sequenceNumber: to.sequenceNumber }
        },
      }),
    ],
    [
      model.backup ? 2 : 0,
      () => ({
        argv: ['restoredb', place.backupFile],
        apply: (to) => Object.assign(to, { ...to.backup, persistent: new Map(to.backup?.persistent) }),
      }),
    ],
  ]
  return pick(
    random,
    operations.flatMap(([weight, operation]) => Array.from({ length: weight }, () => operation)),
  )()
}

function transaction(random: Random, { persistent, changesFile }: DatabasesPlace): DatabaseOperation {
  const short = ['', ...VALUES.filter(({ length }) => length <= MAX_LINE_VALUE)]
  const changes = Array.from({ length: 1 + Math.floor(random() * 5) }, () => [pick(random, KEYS), pick(random, short)] as const)
  writeFileSync(changesFile, changes.map(([key, value]) => `"${hex(key)}" "${hex(value)}"\n`).join(''))
  return { argv: ['ptrans', persistent, changesFile], apply: (to) => commit(to, changes) }
}

/** A transaction that changes nothing is not counted; one that changes a record and changes it back is. */
function commit(model: DatabasesModel, changes: readonly (readonly [key: string, value: string])[]): void {
  const isChange = changes.map(([key, value]) => {
    const before = model.persistent.get(key) ?? ''
    if (value === '') model.persistent.delete(key)
    else model.persistent.set(key, value)
    return before !== value
  })
  if (isChange.includes(true)) model.sequenceNumber += 1n
}
