import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { expect } from 'vitest'
import { pick, type Random } from '../lab/takeover-run/random.ts'
import type { RunResult } from './program-threads.ts'
import { runResultOf } from './run-result.ts'

/** A run of `ctdbts` as a process. */
interface StartedRun {
  readonly result: Promise<RunResult>
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void
}

/** Starts a program that can be interrupted. */
export function startRun(file: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): StartedRun {
  const child = execa(file, argv, { env, reject: false, stdin: 'ignore', stripFinalNewline: false })
  return { result: child.then(runResultOf), kill: (signal) => void child.kill(signal) }
}

/** A cluster with databases, on which `ctdbts` is interrupted. */
export interface InterruptedCluster {
  readonly pnns: readonly number[]
  /** Starts `ctdbts`. */
  start(pnn: number, ...argv: string[]): StartedRun
  /** Runs what must not notice anything: the other tool, where there is one. */
  other(pnn: number, ...argv: string[]): Promise<RunResult>
  /** A database, as `ctdbts catdb --json` shows it. */
  dump(pnn: number, name: string): Promise<string>
  /** A path for a file of the test. */
  file(name: string): string
}

const NAME = 'interrupted.tdb'
const COUNTER = 'round'
/** So many that a command takes much longer than its start. */
const RECORDS = 3_000
const COMMANDS = ['ptrans', 'restoredb', 'wipedb', 'catdb'] as const
/** Where each command came to its end first, nothing was tested: it is tried up to this many times as often. */
const MOST_TIMES = 4
/** How long what waits for the end of a recovery may take. */
const PATIENCE_S = 30

/**
 * Interrupts commands at random moments, and checks each time that the database has its old content or the new one, that transactions of
 * others go on, and that nothing is left that keeps them waiting.
 * @returns how many were interrupted before their end.
 */
export async function interruptRounds(cluster: InterruptedCluster, random: Random, rounds: number): Promise<number> {
  const other = async (...argv: string[]) => {
    const { stdout, stderr, status } = await cluster.other(pick(random, cluster.pnns), '-T', String(PATIENCE_S), ...argv)
    expect({ stderr, status }, argv.join(' ')).toEqual({ stderr: '', status: 0 })
    return stdout
  }
  const transaction = (name: string, value: string, count = RECORDS) => {
    const lines = Array.from({ length: count }, (_, index) => `"key${index}" "${value}"\n`)
    writeFileSync(cluster.file(name), lines.join(''))
    return cluster.file(name)
  }
  const content = async (pnn: number): Promise<ReadonlyMap<string, string>> => {
    const { records } = JSON.parse(await cluster.dump(pnn, NAME))
    const text = (hex: string) => Buffer.from(hex, 'hex').toString('latin1')
    const all = (records as { key: string; value: string }[]).map(({ key, value }) => [text(key), text(value)] as const)
    return new Map(all.filter(([key]) => key.startsWith('key')))
  }
  await other('attach', NAME, 'persistent')
  await other('ptrans', NAME, transaction('backed-up', 'backed up'))
  expect(await cluster.start(0, 'backupdb', NAME, cluster.file('backup')).result).toMatchObject({ stderr: '', status: 0 })
  const backedUp = await content(0)
  expect(backedUp.size).toBe(RECORDS)
  const usualMs = new Map<string, number>()
  let [before, cut] = [backedUp, 0]
  for (let round = 0; round < rounds || (cut === 0 && round < MOST_TIMES * rounds); round++) {
    const [command, pnn, signal] = [
      COMMANDS[round % COMMANDS.length] ?? 'ptrans',
      pick(random, cluster.pnns),
      pick(random, ['SIGINT', 'SIGTERM'] as const),
    ]
    const file = transaction('changes', `value ${round}`)
    const argv = {
      ptrans: ['ptrans', NAME, file],
      restoredb: ['restoredb', cluster.file('backup')],
      wipedb: ['wipedb', NAME],
      catdb: ['catdb', NAME],
    }
    const after = {
      ptrans: new Map([...before.keys(), ...backedUp.keys()].map((key) => [key, `value ${round}`])),
      restoredb: backedUp,
      wipedb: new Map<string, string>(),
      catdb: before,
    }[command]
    const run = cluster.start(pnn, ...argv[command])
    const limitMs = usualMs.get(command)
    // The first run of each is not interrupted, but measured.
    if (limitMs !== undefined) {
      await Promise.race([sleep(limitMs * (0.4 + 0.6 * random())), run.result])
      run.kill(signal)
    }
    const { status, stderr, durationMs } = await run.result
    const what = `round ${round}, ${command} on node ${pnn}, ${signal}: ${stderr}`
    if (limitMs === undefined) expect(status, what).toBe(0)
    if (status === 0) usualMs.set(command, Math.min(durationMs, limitMs ?? durationMs))
    else cut += 1
    expect(stderr, what).not.toContain('internal error')
    writeFileSync(cluster.file('counter'), `"${COUNTER}" "${round}"\n`)
    await other('ptrans', NAME, cluster.file('counter'))
    expect((await other('pfetch', NAME, COUNTER)).trim(), what).toBe(String(round))
    const contents = await Promise.all(cluster.pnns.map((each) => content(each)))
    const kept = status === 0 ? after : [before, after].find((each) => isSame(each, contents[0]))
    for (const each of contents) expect(isSame(each, kept), `${what}: ${each.size} records`).toBe(true)
    before = kept ?? before
  }
  return cut
}

const isSame = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string> | undefined): boolean =>
  b !== undefined && a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
