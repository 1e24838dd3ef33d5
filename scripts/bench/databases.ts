// Commands for databases against those of ctdb, which only in its test mode takes another socket than its own: both ask the same daemon.
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connectUnix } from '../../src/library/wire.ts'
import { openForTransactions, withTransactions } from '../../src/operations/databases/transaction.ts'
import { openTdb } from '../../src/transport/local/tdb/tdb-file.ts'
import { hasTdb } from '../../test/support/tdb.ts'
import { RUN_JS } from './checkouts.ts'
import { inTurn, reportLine } from './pairs.ts'

const ROOT = join(import.meta.dirname, '../..')
const RECORDS = 100_000
const FETCHES = 1_000

/** Compares them. `dir` is for the files of the daemon. */
export async function benchDatabases(dir: string): Promise<void> {
  if (spawnSync('ctdb', ['version']).status !== 0 || !hasTdb()) {
    console.log('databases: NOT MEASURED, without ctdb, Python or libtdb (apt install ctdb python3)')
    return
  }
  await withDaemon(join(dir, 'many'), RECORDS, async (env) => {
    const ratios = await inTurn(
      12,
      () => ours(env, 'catdb', 'volatile.tdb'),
      () => theirs(env, 'catdb', 'volatile.tdb'),
    )
    console.log(reportLine(`\`catdb\` of ${RECORDS} records against \`ctdb catdb\``, ratios, 'at most 1.2'))
    console.log(`\`catdb\` of ${RECORDS} records: ${residentMb(env, 'catdb', 'volatile.tdb')} MB at most`)
    await benchFetches(env)
  })
  await withDaemon(join(dir, 'more'), 10 * RECORDS, async (env) => {
    console.log(`\`catdb\` of ${10 * RECORDS} records: ${residentMb(env, 'catdb', 'volatile.tdb')} MB at most`)
  })
}

type Env = Readonly<Record<string, string>>

async function withDaemon(folder: string, records: number, use: (env: Env) => Promise<void>): Promise<void> {
  mkdirSync(folder)
  const child = fork(join(ROOT, 'scripts/recorded/databases.ts'), [folder, String(records)])
  try {
    await once(child, 'message')
    await use({ CTDB_TEST_MODE: '1', CTDB_BASE: folder, CTDB_SOCKET: join(folder, 's') })
  } finally {
    child.kill()
  }
}

/** As many in one process, with the files of the databases open, as processes of ctdb. */
async function benchFetches(env: Env): Promise<void> {
  using client = await connectUnix(env.CTDB_SOCKET ?? '', { timeoutMs: 10_000 })
  const database = await openForTransactions(client, 'persistent.tdb')
  const access = { client, localPnn: Promise.resolve(0), openTdb }
  const inOneProcess = () =>
    withTransactions(access, database, async (transaction) => {
      for (let count = 0; count < FETCHES; count++)
        await transaction({ readOnly: true }, (each) => each.fetch(Buffer.from('key')))
    })
  const processes = () => {
    for (let count = 0; count < FETCHES; count++) theirs(env, 'pfetch', 'persistent.tdb', 'key')
  }
  console.log(
    reportLine(`${FETCHES} fetches in one process against \`ctdb pfetch\``, await inTurn(3, inOneProcess, processes), ''),
  )
  const one = await inTurn(
    20,
    () => ours(env, 'pfetch', 'persistent.tdb', 'key'),
    () => theirs(env, 'pfetch', 'persistent.tdb', 'key'),
  )
  console.log(reportLine('whole `ctdbts pfetch` against `ctdb pfetch`', one, ''))
}

function ours(env: Env, ...argv: string[]): void {
  run(process.execPath, [RUN_JS, ...argv], env)
}

function theirs(env: Env, ...argv: string[]): void {
  run('ctdb', argv, env)
}

/** Their output is thrown away where it costs least. */
function run(command: string, argv: readonly string[], env: Env): void {
  const { status } = spawnSync(command, argv, { env: { ...process.env, ...env }, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')} failed`)
}

/** The most memory that ours has had. */
function residentMb(env: Env, ...argv: string[]): string {
  const script = `process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))`
  const options = ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
  const { stderr } = spawnSync(process.execPath, [...options, RUN_JS, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return (Number(stderr.toString()) / 1000).toFixed(0)
}
