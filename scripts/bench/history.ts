import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LogStore } from '../../src/lib/history/log-store.ts'
import { MESSAGES, type MessageName, templatesOf } from '../../src/lib/log/messages.ts'
import { patternOf } from '../../src/lib/log/template.ts'
import { RUN_JS } from './checkouts.ts'
import { inTurn, reportLine } from './pairs.ts'

const MEGABYTE = 1_000_000
/** `grep` needs about half a second for each. */
const SMALL_MB = 3
const LARGE_MB = 100
const CHUNK = 1 << 20
const TIME = /^\S{26}/gm

/** Reads logs as the program does. */
function read(text: string): void {
  const reader = new LogStore({ fromLocal: (ms) => ms, nowMs: Date.UTC(2030, 0, 1) }).open('log', 0)
  for (let from = 0; from < text.length; from += CHUNK) reader.push(text.slice(from, from + CHUNK))
  reader.end()
}

/** A night of a real cluster again and again, each an hour later. */
function* nights(megabytes: number): Generator<string> {
  const night = readFileSync('test/golden/logs-4.25/node0.log', 'latin1')
  const count = Math.ceil((megabytes * MEGABYTE) / night.length)
  for (let index = 0; index < count; index++) {
    yield night.replace(TIME, (time) => {
      const atMs = Date.parse(`${time.slice(0, 19)}Z`) + index * 3_600_000
      return new Date(atMs).toISOString().slice(0, 19) + time.slice(19)
    })
  }
}

/** Reads a log, against `grep -E` with the patterns of all known messages joined; and a large one, with the whole program. */
export async function benchHistory(dir: string): Promise<void> {
  const [small, large, patterns] = ['small.log', 'large.log', 'patterns'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  const names = Object.keys(MESSAGES) as MessageName[]
  writeFileSync(patterns, `(${names.flatMap(templatesOf).map(patternOf).join('|')})$`)
  const log = [...nights(SMALL_MB)].join('')
  writeFileSync(small, log, 'latin1')
  const grep = () => {
    const { status } = spawnSync('grep', ['-c', '-E', '-f', patterns, small], { env: { ...process.env, LC_ALL: 'C' } })
    if (status !== 0) throw new Error('grep failed')
  }
  const ratios = await inTurn(5, () => read(log), grep)
  console.log(reportLine(`${SMALL_MB} MB of log against \`grep -E\``, ratios, 'at most 0.33'))
  const file = openSync(large, 'w')
  for (const text of nights(LARGE_MB)) writeSync(file, text, null, 'latin1')
  closeSync(file)
  const text = readFileSync(large, 'latin1')
  const before = process.cpuUsage()
  read(text)
  const { user, system } = process.cpuUsage(before)
  const speed = Math.round(text.length / MEGABYTE / ((user + system) / 1_000_000))
  console.log(`${LARGE_MB} MB of log: ${speed} MB per second of CPU time (aim: at least 100)`)
  await wholeProgram(large)
}

async function wholeProgram(file: string): Promise<void> {
  const startMs = performance.now()
  const child = spawn(process.execPath, [RUN_JS, 'history', `0=${file}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let most = '?'
  const timer = setInterval(() => {
    most = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? most
  }, 20)
  await once(child.stdout, 'data')
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1)
  child.stdout.resume()
  await once(child.stdout, 'end')
  clearInterval(timer)
  console.log(
    `\`ctdbts history\` of it: first line after ${seconds} s, memory ${Math.round(Number(most) / 1_000)} MB (aim: at most 200)`,
  )
}
