import { writeFileSync } from 'node:fs'
import { encodeBackupHeader, encodeBuffer } from '../../../src/lib/cluster/backup-file.ts'
import { DATABASE_FLAG } from '../../../src/lib/cluster/database.ts'
import { databaseId } from '../../../src/lib/cluster/record-hash.ts'
import { encode } from '../../../src/lib/wire/codec.ts'
import { recordHeader } from '../../../src/lib/wire/record-structs.ts'
import { OK, type Step, type Story } from './story.ts'

type Records = readonly (readonly [key: Buffer, value: Buffer])[]

const MEGABYTE = 1 << 20
const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => (index * 151) % 256))

/** Values of every kind, in turn: text, nothing, bytes with NULs, a long one. */
const VALUES = [Buffer.from('value'), Buffer.alloc(0), Buffer.from([0, 10, 255, 34, 92]), Buffer.alloc(700, 'long')]
const many: Records = Array.from({ length: 10_000 }, (_, index) => {
  const key = index % 3 === 0 ? Buffer.from([0xff, 0, index >> 8, index & 255]) : Buffer.from(`key${index}`)
  return [key, VALUES[index % VALUES.length] ?? Buffer.alloc(0)] as const
})

/** What a database has, and the key of one of its records. */
const SIZES: Readonly<Record<string, { readonly records: Records; readonly key: string }>> = {
  'no record': { records: [], key: 'absent' },
  'one record': { records: [[Buffer.from('key'), Buffer.from('value')]], key: 'key' },
  '10,000 records': { records: many, key: '0xff0000cc' },
  'values of 1 MB': {
    records: [
      [Buffer.from('text'), Buffer.alloc(MEGABYTE, 'one megabyte ')],
      [Buffer.from([0, 1]), bytes(MEGABYTE)],
    ],
    key: 'text',
  },
}

const BACKUP = '/tmp/ctdbts-mirror-size'
const COPY = `${BACKUP}-copy`
const CHANGES = `${BACKUP}-changes`
const hex = (data: Buffer): string => `0x${data.toString('hex')}`
/** Lines that give all those records their values, whose longest a line has no room for, and delete those that are empty. */
const changes = many.map(([key, value]) => `"${hex(key)}" "${hex(value.subarray(0, 400))}"\n`).join('')

/** Writes a backup, by which both tools give a database the same records: no command line has room for 1 MB. */
function writeBackup(name: string, flags: number, records: Records): void {
  const header = encode(recordHeader, { rsn: 3n, dmaster: 0, reserved: 0, flags: 0 })
  const data = records.map(([key, value]) => ({ requestId: 0, key, data: Buffer.concat([header, value]) }))
  const buffers = Array.from({ length: Math.ceil(data.length / 1_000) }, (_, at) =>
    encodeBuffer(databaseId(name), data.slice(at * 1_000, (at + 1) * 1_000)),
  )
  const counts = { bufferCount: BigInt(buffers.length), recordCount: BigInt(data.length) }
  writeFileSync(BACKUP, Buffer.concat([encodeBackupHeader({ time: 0, flags: BigInt(flags), name, ...counts }), ...buffers]))
}

const perRecord = {
  volatile: (name: string, key: string): Step[] => [
    { argv: ['readkey', name, key] },
    { on: 1, argv: ['readkey', name, key] },
    { on: 1, argv: ['readkey', name, key, 'readonly'] },
    { on: 2, argv: ['writekey', name, key, 'another'] },
    { argv: ['readkey', name, key] },
    { argv: ['deletekey', name, key] },
  ],
  persistent: (name: string, key: string): Step[] => [
    { argv: ['pfetch', name, key] },
    { on: 1, argv: ['pfetch', name, key] },
    { argv: ['tfetch', `/var/lib/ctdb/persistent/${name}.0`, key] },
    { on: 2, argv: ['pstore', name, key, 'another'] },
    { argv: ['pfetch', name, key] },
    { argv: ['pdelete', name, key] },
    { argv: ['ptrans', name, CHANGES], prepare: () => writeFileSync(CHANGES, changes), look: [['getdbseqnum', name]] },
    { on: 1, argv: ['pfetch', name, '0xff0000cc'] },
  ],
} as const

/** All that works on a whole database, at each size, and then on one of its records. */
export const SIZE_STORIES: readonly Story[] = (['volatile', 'persistent'] as const).flatMap((kind) =>
  Object.entries(SIZES).map(([size, { records, key }]): Story => {
    const name = `mirror-size-${kind}.tdb`
    const flags = kind === 'persistent' ? DATABASE_FLAG.persistent : 0
    return {
      name: `a ${kind} database with ${size}`,
      steps: [
        { argv: kind === 'persistent' ? ['attach', name, kind] : ['attach', name] },
        {
          argv: ['restoredb', BACKUP],
          prepare: () => writeBackup(name, flags, records),
          settled: OK,
          look: [['getdbstatus', name]],
        },
        { argv: ['catdb', name] },
        { argv: ['cattdb', name] },
        { on: 2, argv: ['cattdb', name] },
        { argv: ['getdbseqnum', name] },
        { argv: ['backupdb', name, COPY] },
        { argv: ['dumpdbbackup', COPY] },
        ...perRecord[kind](name, key),
        { argv: ['catdb', name] },
        { on: 1, argv: ['wipedb', name], settled: OK, look: [['catdb', name]] },
        { argv: ['catdb', name] },
      ],
    }
  }),
)
