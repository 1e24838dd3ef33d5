import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { startRun } from '../support/interrupted-databases.ts'
import { tempDir } from '../support/temp-dir.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { randomFrom } from './takeover-run/random.ts'

/** LAB_SEED=… repeats the random moments of an earlier test. */
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)
const TOOLS = ['ctdb', 'ctdbts'] as const
type Tool = (typeof TOOLS)[number]

function folder() {
  const dir = tempDir()
  onTestFinished(() => dir[Symbol.dispose]())
  return dir
}

/** An empty persistent database. */
async function emptyDatabase(lab: Lab, name: string): Promise<void> {
  await lab.must(0, 'ctdb', 'attach', name, 'persistent')
  await lab.must(0, 'ctdb', 'wipedb', name)
}

const ROUNDS = 4
const KEYS = Array.from({ length: 40 }, (_, index) => `key${index}`)
const KILLED_SHARE = 0.4
/** Longer than a transaction takes on an idle machine. */
const KILLED_WITHIN_MS = 500

describeOnLab('both tools on one database', (lab) => {
  it('commit transactions at once, whole or not at all, whatever is killed', { timeout: 180_000 }, async () => {
    const random = randomFrom(seed)
    const dir = folder()
    const name = 'at-once.tdb'
    await emptyDatabase(lab, name)
    const counts = { committed: 0, killed: 0 }
    const start = (tool: Tool, pnn: number, value: string) => {
      const file = dir.file(`${tool}-${pnn}`)
      writeFileSync(file, KEYS.map((key) => `"${key}" "${value}"\n`).join(''))
      const [program = '', ...argv] = lab.argv(pnn, [...(tool === 'ctdb' ? ['ctdb'] : lab.program), 'ptrans', name, file])
      return startRun(program, argv)
    }
    const client = async (tool: Tool, pnn: number) => {
      for (let round = 0; round < ROUNDS; round++) {
        const value = `${tool} on node ${pnn}, round ${round}`
        const [isKilled, afterMs] = [random() < KILLED_SHARE, random() * KILLED_WITHIN_MS]
        const run = start(tool, pnn, value)
        if (isKilled) {
          await Promise.race([sleep(afterMs), run.result])
          run.kill('SIGKILL')
        }
        const { status, stderr } = await run.result
        if (status === 0) counts.committed += 1
        else counts.killed += 1
        if (!isKilled) expect({ status, stderr }, `LAB_SEED=${seed}: ${value}`).toEqual({ status: 0, stderr: '' })
      }
    }
    await Promise.all(TOOLS.flatMap((tool) => lab.pnns.map((pnn) => client(tool, pnn))))
    expect(counts.killed).toBeGreaterThan(0)
    // A killed one may have committed.
    const sequence = Number(await lab.must(0, 'ctdb', 'getdbseqnum', name))
    expect(sequence).toBeGreaterThanOrEqual(counts.committed)
    expect(sequence).toBeLessThanOrEqual(counts.committed + counts.killed)
    for (const [index, tool] of [...TOOLS, ...TOOLS].entries()) {
      const pnn = index % lab.pnns.length
      expect(await start(tool, pnn, `last ${index}`).result).toMatchObject({ status: 0, stderr: '' })
      for (const each of lab.pnns) {
        const records = (await lab.must(each, 'ctdb', 'cattdb', name)).match(/(?<=^data\(\d+\) = ").*(?="$)/gm)
        expect(records?.filter((value) => value === `last ${index}`)).toHaveLength(KEYS.length)
      }
    }
    expect(Number(await lab.must(0, 'ctdb', 'getdbseqnum', name))).toBe(sequence + 2 * TOOLS.length)
    process.stdout.write(
      `transactions of both tools: ${counts.committed} committed, ${counts.killed} killed (LAB_SEED=${seed})\n`,
    )
  })

  it('read and restore the backups of the other', { timeout: 120_000 }, async () => {
    const dir = folder()
    const name = 'backed-up-by-both.tdb'
    await emptyDatabase(lab, name)
    const records = [
      ['key', 'value'],
      ['0x00ff', '0x0a00ff'],
      ['empty', ''],
      ['long', 'x'.repeat(100_000)],
    ] as const
    for (const record of records) await lab.must(0, 'ctdb', 'pstore', name, ...record)
    const succeeds = async (tool: Tool, pnn: number, ...argv: string[]) => {
      const { stdout, stderr, status } = await lab[tool](pnn, ...argv)
      expect({ stderr, status }, `${tool} ${argv.join(' ')}`).toEqual({ stderr: '', status: 0 })
      return stdout
    }
    const content = await lab.must(0, 'ctdb', 'catdb', name)
    for (const tool of TOOLS) await succeeds(tool, 0, 'backupdb', name, dir.file(tool))
    const [theirs, ours] = TOOLS.map((tool) => {
      const backup = readFileSync(dir.file(tool))
      // The time at which it was made; and the id in the head of the buffer, which `ctdb` leaves to chance.
      return backup.fill(0, 8, 16).fill(0, 104, 108)
    })
    expect(ours).toEqual(theirs)
    for (const [tool, other] of [
      ['ctdb', 'ctdbts'],
      ['ctdbts', 'ctdb'],
    ] as const) {
      expect(await succeeds(tool, 0, 'dumpdbbackup', dir.file(other))).toBe(
        await succeeds(other, 0, 'dumpdbbackup', dir.file(other)),
      )
      await succeeds(other, 1, 'pstore', name, 'key', `changed by ${other}`)
      await succeeds(tool, 2, 'restoredb', dir.file(other))
      for (const pnn of lab.pnns) expect(await lab.must(pnn, 'ctdb', 'catdb', name)).toBe(content)
    }
  })
})
