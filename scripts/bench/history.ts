import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LogStore } from '../../src/lib/history/log-store.ts'
import { MESSAGES, type MessageName, templatesOf } from '../../src/lib/log/messages.ts'
import { patternOf } from '../../src/lib/log/template.ts'
import { inTurn, reportLine } from './pairs.ts'

const MEGABYTE = 1_000_000
const SIZE_MB = 20
const CHUNK = 1 << 20

/** Reads a large log, against `grep -E` with the patterns of all known messages joined. */
export async function benchHistory(dir: string): Promise<void> {
  const night = readFileSync('test/golden/logs-4.25/node0.log', 'latin1')
  const log = night.repeat(Math.ceil((SIZE_MB * MEGABYTE) / night.length))
  const file = join(dir, 'log.ctdb')
  const patterns = join(dir, 'pattern')
  writeFileSync(file, log, 'latin1')
  const names = Object.keys(MESSAGES) as MessageName[]
  writeFileSync(patterns, `(${names.flatMap(templatesOf).map(patternOf).join('|')})$`)
  const read = () => {
    const reader = new LogStore({ fromLocal: (ms) => ms, nowMs: Date.UTC(2027, 0, 1) }).open('log', 0)
    for (let from = 0; from < log.length; from += CHUNK) reader.push(log.slice(from, from + CHUNK))
    reader.end()
  }
  const grep = () => {
    const { status } = spawnSync('grep', ['-c', '-E', '-f', patterns, file], { env: { ...process.env, LC_ALL: 'C' } })
    if (status !== 0) throw new Error('grep failed')
  }
  const startMs = performance.now()
  read()
  const perSecond = Math.round(log.length / MEGABYTE / ((performance.now() - startMs) / 1_000))
  console.log(
    reportLine(`${SIZE_MB} MB of log against \`grep -E\` (${perSecond} MB/s)`, await inTurn(5, read, grep), 'at most 0.33'),
  )
}
