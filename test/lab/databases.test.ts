import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'
import { type DatabasesModel, type DatabasesPlace, drawDatabaseOperation } from './databases/operations.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { OTHER_CTDB } from './harness/node-files.ts'
import { pick, randomFrom } from './takeover-run/random.ts'

/** DATABASE_OPERATIONS=1000 does more than are done by default; LAB_SEED=… repeats those of an earlier run. */
const OPERATIONS = Number(process.env.DATABASE_OPERATIONS ?? 60)
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)
const TOOLS = ['ctdb', 'ctdbts'] as const
/** More than a recovery that comes between takes. */
const LIMIT_MS_PER_OPERATION = 1_000

const SEQUENCE_NUMBER = '__db_sequence_number__\0'

/** The records of a database, as our tool reads them from all nodes. */
async function dumped(lab: Lab, pnn: number, name: string): Promise<Map<string, string>> {
  const { stdout } = await lab.ctdbts(pnn, 'catdb', name, '--json')
  const { records }: { records: { key: string; value: string }[] } = JSON.parse(stdout)
  const text = (hex: string) => Buffer.from(hex, 'hex').toString('latin1')
  return new Map(records.map(({ key, value }) => [text(key), text(value)] as const))
}

const sorted = (text: string): string[] => text.split('\n\n').toSorted()

describeOnLab('databases that both tools use', (lab) => {
  const limitMs = 60_000 + OPERATIONS * LIMIT_MS_PER_OPERATION

  it('get their kinds and flags from either', async () => {
    const statuses = TOOLS.map(async (tool) => {
      const made = async (name: string, ...kind: string[]) => {
        await lab.must(0, ...(tool === 'ctdb' ? ['ctdb'] : lab.program), 'attach', `${tool}-${name}`, ...kind)
        return `${tool}-${name}`
      }
      const [readonly, sticky] = [await made('readonly'), await made('sticky')]
      for (const [command, name] of [
        ['setdbreadonly', readonly],
        ['setdbsticky', sticky],
      ] as const)
        expect(await lab[tool](1, command, name)).toMatchObject({ stdout: '', stderr: '', status: 0 })
      const names = [readonly, sticky, await made('persistent', 'persistent'), await made('replicated', 'replicated')]
      const seen = lab.pnns.flatMap((pnn) => names.map((name) => lab.must(pnn, 'ctdb', 'getdbstatus', name)))
      return (await Promise.all(seen)).map((text) => text.match(/^(PERSISTENT|REPLICATED|STICKY|READONLY): .*$/gm))
    })
    const [theirs, ours] = await Promise.all(statuses)
    expect(ours).toEqual(theirs)
    expect(ours?.flat()).toContain('STICKY: yes')
  })

  it('have pushed records on all nodes, where the daemons are of 4.25', async () => {
    const name = 'pushed.tdb'
    await lab.must(0, 'ctdb', 'attach', name)
    await lab.must(0, 'ctdb', 'writekey', name, 'key', 'old')
    const { stdout, stderr, status } = await lab.ctdbts(1, 'pushrecord', name, 'key', 'value')
    const inFiles = await Promise.all(lab.pnns.map((pnn) => lab.must(pnn, 'ctdb', 'cattdb', name)))
    if (OTHER_CTDB) {
      expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
      for (const text of inFiles) expect(text).toContain('dmaster: 1\n')
      for (const text of inFiles) expect(text).toContain('data(5) = "value"\n')
    } else {
      const failed = 'Control PUSH_RECORD failed, ret=-1\nFailed to push record for key key\n'
      expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: failed, status: 1 })
    }
    expect(await lab.must(2, 'ctdb', 'readkey', name, 'key')).toBe('Data: size:5 ptr:[value]\n')
  })

  it('have the content of a model after random operations of both', { timeout: limitMs }, async () => {
    const random = randomFrom(seed)
    using dir = tempDir()
    const place: DatabasesPlace = {
      volatile: 'both-v.tdb',
      persistent: 'both-p.tdb',
      changesFile: dir.file('changes'),
      backupFile: dir.file('backup'),
    }
    const model: DatabasesModel = { volatile: new Map(), persistent: new Map(), sequenceNumber: 0n, backup: undefined }
    const counts = { ctdb: 0, ctdbts: 0 }
    await lab.must(0, 'ctdb', 'attach', place.volatile)
    await lab.must(0, 'ctdb', 'attach', place.persistent, 'persistent')
    for (const name of [place.volatile, place.persistent]) await lab.must(0, 'ctdb', 'wipedb', name)
    for (let count = 0; count < OPERATIONS; count++) {
      const { argv, prints, apply } = drawDatabaseOperation(random, model, place)
      const [tool, pnn] = [pick(random, TOOLS), pick(random, lab.pnns)]
      const { stdout, stderr, status } = await lab[tool](pnn, ...argv)
      const what = `LAB_SEED=${seed}, operation ${count}: ${tool} ${argv.join(' ').slice(0, 200)} on node ${pnn}`
      expect({ stderr, status }, what).toEqual({ stderr: '', status: 0 })
      if (prints !== undefined) expect(stdout, what).toBe(prints)
      apply(model)
      counts[tool] += 1
    }
    const persistent = await dumped(lab, 0, place.persistent)
    expect(Buffer.from(persistent.get(SEQUENCE_NUMBER) ?? '\0'.repeat(8), 'latin1').readBigUInt64LE()).toBe(model.sequenceNumber)
    persistent.delete(SEQUENCE_NUMBER)
    expect(persistent).toEqual(model.persistent)
    expect(await dumped(lab, 1, place.volatile)).toEqual(model.volatile)
    for (const name of [place.volatile, place.persistent]) {
      const dumps = await Promise.all(
        lab.pnns.flatMap((pnn) => TOOLS.map(async (tool) => sorted((await lab[tool](pnn, 'catdb', name)).stdout))),
      )
      for (const dump of dumps) expect(dump).toEqual(dumps[0])
    }
    process.stdout.write(`${counts.ctdb} operations on databases by ctdb, ${counts.ctdbts} by ctdbts (LAB_SEED=${seed})\n`)
  })
})
