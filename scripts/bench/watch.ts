// What a watch costs with 64 nodes and 2,000 addresses: of the processor, of the line to the terminal, of memory; and how late it is.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Pnn } from '../../src/lib/cluster/node.ts'
import { SNAPSHOT_VERSION, type Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { ClusterTracker } from '../../src/lib/watch/cluster-tracker.ts'
import type { initialModel } from '../../src/ui/watch/model/initial-model.ts'
import type { update } from '../../src/ui/watch/reducer.ts'
import { startSim } from '../../test/support/sim-process.ts'
import { BEFORE, RUN_JS } from './checkouts.ts'

/** What is used of the terminal UI as it is in the package: there its parts share what they remember. */
interface WatchBundle {
  readonly initialModel: typeof initialModel
  readonly update: typeof update
  openTerminal(options: object): { dispatch(message: object): void; close(): Promise<void> }
}

const NODES = 64
const ADDRESSES = 2000
const SIZE = { columns: 200, rows: 60 }
const UPDATES = 10_000
/** A frame is drawn every 33 ms at most. */
const NEXT_FRAME_MS = 60

/** A terminal that counts what is written to it. */
class CountingTerminal extends Writable {
  readonly isTTY = true
  readonly columns = SIZE.columns
  readonly rows = SIZE.rows
  bytes = 0
  writtenAtMs = 0

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes += chunk.length
    this.writtenAtMs = performance.now()
    done()
  }
}

const PNNS = Array.from({ length: NODES }, (_, pnn) => pnn)
const ALL = Array.from({ length: ADDRESSES }, (_, index) => `10.${Math.floor(index / 250)}.0.${(index % 250) + 1}`)
const NODE_MAP = PNNS.map((pnn) => ({ pnn, address: `192.168.0.${pnn + 1}`, flags: 0 }))
const INTERFACES = ['eth1']

/** A look at the cluster, as a live one brings it: all of it new objects. */
function look(owners: readonly Pnn[], atMs: number): Snapshot {
  const hostAddress = { maskBits: 24, interfaceName: 'eth1', secondary: false, scope: 'global', dynamic: false, tentative: false }
  return {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: new Date(atMs).toISOString(),
    askedNode: 0,
    leader: { pnn: 0, era: 'leader' },
    nodeMap: NODE_MAP,
    nodes: PNNS.map((pnn) => ({
      pnn,
      missing: [],
      runState: 'RUNNING',
      nodeMap: NODE_MAP,
      recoveryMode: 0,
      interfaces: [{ name: 'eth1', linkUp: true, references: 1 }],
      known: ALL.map((address, index) => ({
        address,
        owner: owners[index] ?? null,
        interfaces: INTERFACES,
        activeInterface: owners[index] === pnn ? 'eth1' : null,
      })),
      available: ALL,
      host: {
        reachedBy: 'ssh',
        daemonAnswers: true,
        addresses: ALL.filter((_, index) => owners[index] === pnn).map((address) => ({
          ...hostAddress,
          address,
          dadFailed: false,
          validSeconds: null,
        })),
        links: [{ name: 'eth1', up: true, carrier: true }],
      },
    })),
  }
}

const quantile = (list: readonly number[], share: number): number =>
  list.toSorted((a, b) => a - b)[Math.floor(share * (list.length - 1))] ?? Number.NaN

/** A cluster that is watched in a terminal that is none. */
async function open() {
  const bundle: WatchBundle = await import(join(import.meta.dirname, '../../dist/program/watch.mjs'))
  const stdout = new CountingTerminal()
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {}, ref: () => {}, unref: () => {} })
  const tracker = new ClusterTracker()
  let nowMs = Date.now()
  const first = bundle.initialModel({ title: 'bench', isSimulated: false, intervalMs: 1000, size: SIZE, nowMs })
  const terminal = bundle.openTerminal({
    first,
    update: bundle.update,
    onEffect: () => {},
    stdin,
    stdout,
    theme: { background: 'dark', ascii: false },
  })
  const owners = ALL.map((_, index) => index % NODES)
  const observe = (observation: Parameters<ClusterTracker['observe']>[0]) => {
    const entries = tracker.observe(observation)
    terminal.dispatch({ kind: 'observed', nowMs, cluster: tracker.state, entries })
  }
  return {
    stdout,
    terminal,
    /** A second passes, and an address that is on the screen has moved. */
    step(count: number): void {
      nowMs += 1000
      const index = count % 20
      owners[index] = ((owners[index] ?? 0) + 1) % NODES
      observe({ kind: 'seen', atMs: nowMs, beganMs: nowMs - 10, snapshot: look(owners, nowMs), heard: PNNS })
    },
    /** A second passes, and a node tells that it has taken an address. */
    tell(count: number): void {
      nowMs += 1000
      const index = count % 20
      owners[index] = ((owners[index] ?? 0) + 1) % NODES
      observe({ kind: 'told', atMs: nowMs, pnn: owners[index], event: 'TAKE_IP', address: ALL[index] ?? '' })
    },
  }
}

/** What a step takes of the processor beyond making up the look, in milliseconds. */
function madeUpMs(): number {
  const owners = ALL.map((_, index) => index % NODES)
  const startMs = performance.now()
  for (let count = 0; count < 50; count++) look(owners, count)
  return (performance.now() - startMs) / 50
}

const REST_S = 20

/** The processor time of a process until now, in milliseconds: its user and system time, of 10 ms each. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

/** Whole programs, each in a terminal (of `script`), against an embedded cluster in another process: looks, audits and all. */
async function benchPrograms(): Promise<void> {
  const sim = await startSim(['--no-ssh', '--nodes', String(NODES), '--addresses', String(ADDRESSES)])
  try {
    const [node] = sim.started.nodes as { socketPath: string }[]
    const socket = node?.socketPath ?? ''
    await benchProgram('the whole program', RUN_JS, socket)
    if (BEFORE) await benchProgram('the program of before', BEFORE, socket)
  } finally {
    sim.child.kill()
    await sim.ended
  }
}

async function benchProgram(what: string, runJs: string, socket: string): Promise<void> {
  const program = `exec ${process.execPath} ${runJs} watch --interval 1 --socket ${socket}`
  const terminal = spawn('script', ['-qfec', `stty cols ${SIZE.columns} rows ${SIZE.rows}; echo $$; ${program}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, CI: '', TERM: 'xterm' },
  })
  const [first] = (await once(terminal.stdout, 'data')) as [Buffer]
  const pid = Number.parseInt(first.toString(), 10)
  terminal.stdout.resume()
  // Until it has come to rest: the first look takes seconds, and the first audits follow.
  await sleep(30_000)
  const before = processorMs(pid)
  await sleep(REST_S * 1000)
  const share = (processorMs(pid) - before) / REST_S / 10
  const residentMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
  console.log(
    `watch of ${NODES} × ${ADDRESSES}: ${what} at rest, a look a second: ${share.toFixed(0)} % of a core, ${residentMb.toFixed(0)} MB`,
  )
  terminal.stdin.write('q')
  await once(terminal, 'exit')
}

/** Prints what a watch costs. */
export async function benchWatch(): Promise<void> {
  await benchScreen()
  await benchPrograms()
}

/** The screen alone, and the cluster state that it shows. */
async function benchScreen(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const heapMb = () => {
    collect()
    return process.memoryUsage().heapUsed / 1e6
  }
  const { stdout, terminal, step, tell } = await open()
  step(0)
  await sleep(500)
  const [bytes, lateMs]: [number[], number[]] = [[], []]
  for (let count = 1; count <= 30; count++) {
    const [before, startMs] = [stdout.bytes, performance.now()]
    tell(count)
    await sleep(NEXT_FRAME_MS)
    bytes.push(stdout.bytes - before)
    lateMs.push(stdout.writtenAtMs - startMs)
  }
  const { user, system } = process.cpuUsage()
  const rounds = 60
  for (let count = 0; count < rounds; count++) {
    step(count)
    await sleep(NEXT_FRAME_MS)
  }
  const used = process.cpuUsage({ user, system })
  const stepMs = (used.user + used.system) / 1000 / rounds - madeUpMs()
  const early = heapMb()
  for (let count = 0; count < UPDATES; count++) {
    tell(count)
    if (count % 10 === 0) await sleep(1)
  }
  await sleep(NEXT_FRAME_MS)
  const full = heapMb()
  for (let count = 0; count < UPDATES; count++) {
    tell(count)
    if (count % 10 === 0) await sleep(1)
  }
  await sleep(NEXT_FRAME_MS)
  const late = heapMb()
  await terminal.close()
  const size = `watch of ${NODES} × ${ADDRESSES}`
  console.log(
    `${size}: bytes written when one address moves: median ${quantile(bytes, 0.5)}, at most ${quantile(bytes, 1)}   (aim: under 5,000)`,
  )
  console.log(
    `${size}: from event to frame: median ${quantile(lateMs, 0.5).toFixed(0)} ms, at most ${quantile(lateMs, 1).toFixed(0)} ms   (aim: under 100)`,
  )
  console.log(
    `${size}: processor time of an update with a new look, without the wire: ${stepMs.toFixed(1)} ms, so ${(stepMs / 10).toFixed(1)} % at one a second`,
  )
  console.log(
    `${size}: heap after 90 updates ${early.toFixed(0)} MB, ${UPDATES} more ${full.toFixed(0)} MB, ${UPDATES} more ${late.toFixed(0)} MB   (the timeline is full after the first)`,
  )
}
