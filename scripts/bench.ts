// npm run bench: every figure is a ratio of two things measured in turn in this run; absolute times say little on a shared machine.
// With --packages, only the packages: their sizes and their start.
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterNode } from '../src/lib/cluster/node.ts'
import { connectUnix, controls, decode, encode } from '../src/library/wire.ts'
import { benchAllocation } from './bench/allocation.ts'
import { benchAudit } from './bench/audit.ts'
import { RUN_JS } from './bench/checkouts.ts'
import { benchDatabases } from './bench/databases.ts'
import { benchHistory } from './bench/history.ts'
import { benchPackages } from './bench/packages.ts'
import { inTurn, reportLine } from './bench/pairs.ts'
import { benchRecording } from './bench/recording.ts'
import { benchSimulation } from './bench/simulation.ts'
import { benchStart } from './bench/start.ts'
import { benchWatch } from './bench/watch.ts'

const root = join(import.meta.dirname, '..')
const dir = mkdtempSync(join(tmpdir(), 'ctdbts-bench-'))

/** Starts a daemon of `recorded/daemon.ts` for the time of `use`. */
async function withDaemon(kind: string, use: (socket: string) => Promise<void>): Promise<void> {
  const socket = join(dir, kind)
  const child = fork(join(root, 'scripts/recorded/daemon.ts'), [socket, kind])
  try {
    await once(child, 'message')
    await use(socket)
  } finally {
    child.kill()
    rmSync(socket, { force: true })
  }
}

function run(command: string, argv: readonly string[], env: Record<string, string> = {}): void {
  const { status, stderr } = spawnSync(command, argv, { env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')} failed: ${stderr}`)
}

const ours = (socket: string, command: string) => () => run(process.execPath, [RUN_JS, command], { CTDB_SOCKET: socket })

/** Only in its test mode does the real tool take another socket than its own; it speaks to the same recorded daemon. */
async function againstCtdb(what: string, rounds: number, socket: string, command: string): Promise<void> {
  if (spawnSync('ctdb', ['version']).status !== 0) {
    console.log(`${what}: NOT MEASURED, no ctdb is installed (apt install ctdb)`)
    return
  }
  const real = () => run('ctdb', [command], { CTDB_TEST_MODE: '1', CTDB_BASE: dir, CTDB_SOCKET: socket })
  console.log(reportLine(what, await inTurn(rounds, ours(socket, command), real), ''))
}

const PINGS = 10_000

async function pipelining(socket: string): Promise<void> {
  using client = await connectUnix(socket, { timeoutMs: 60_000 })
  const ask = () => client.control(controls.getPnn)
  const oneAtATime = async () => {
    for (let count = 0; count < PINGS; count++) await ask()
  }
  const pipelined = () => Promise.all(Array.from({ length: PINGS }, ask))
  const ratios = await inTurn(7, oneAtATime, pipelined)
  console.log(reportLine(`${PINGS} controls one at a time against pipelined`, ratios, 'at least 5'))
}

async function nodeMap(): Promise<void> {
  const { reply } = controls.getNodeMap
  const nodes: ClusterNode[] = Array.from({ length: 1000 }, (_, pnn) => ({
    pnn,
    flags: 0,
    address: { family: 'ipv4', address: `10.1.${pnn >> 8}.${pnn & 255}`, port: 4379 },
  }))
  const bytes = encode(reply, nodes)
  const json = JSON.stringify(nodes)
  const often = (step: () => unknown) => () => {
    for (let count = 0; count < 200; count++) step()
  }
  const encoding = await inTurn(
    15,
    often(() => encode(reply, nodes)),
    often(() => JSON.stringify(nodes)),
  )
  const decoding = await inTurn(
    15,
    often(() => decode(reply, bytes)),
    often(() => JSON.parse(json)),
  )
  console.log(reportLine('encode a node map of 1,000 nodes against JSON.stringify of it', encoding, ''))
  console.log(reportLine('decode it against JSON.parse', decoding, ''))
}

/** Everything but the packages, which are made for it. */
async function benchProgram(): Promise<void> {
  await benchStart(withDaemon)
  await withDaemon('ip', (socket) => againstCtdb('whole `ctdbts ip` against `ctdb ip`', 40, socket, 'ip'))
  await withDaemon('far-listvars', (socket) =>
    againstCtdb('whole `ctdbts listvars` of a node 2 ms away against `ctdb listvars`', 20, socket, 'listvars'),
  )
  await withDaemon('ping', pipelining)
  await nodeMap()
  await benchDatabases(dir)
  await benchAllocation(dir)
  benchSimulation()
  await benchWatch()
  await benchAudit()
  await benchHistory(dir)
  await benchRecording(dir)
}

try {
  if (!process.argv.includes('--packages')) await benchProgram()
  await benchPackages(dir)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
