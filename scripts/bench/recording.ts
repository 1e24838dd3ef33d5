// How large a recording of 24 hours of 16 nodes and 160 addresses is, how long it takes to read, and to jump to a moment of it.
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RecordingReplay } from '../../src/cli/replay/recording-replay.ts'
import { NODE_FLAG, type Pnn } from '../../src/lib/cluster/node.ts'
import { RecordingStory } from '../../src/lib/recording/recording-story.ts'
import { RecordingWriter } from '../../src/lib/recording/writer.ts'
import type { NodeFacts, Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { Random } from '../../src/sim/world/random.ts'
import { SmallWorld } from '../../test/support/sim-world.ts'
import { WatchedWorld } from '../../test/support/watched-world.ts'
import { inTurn, reportLine } from './pairs.ts'

const NODES = 16
const ADDRESSES = 160
const HOURS = 24
const EVERY_MS = 2_000
/** A node is disabled this often, for half of the time. */
const INCIDENT_MS = 600_000
const MONITOR_MS = 15_000
const START_MS = Date.UTC(2026, 0, 2)
const PNNS = Array.from({ length: NODES }, (_, pnn) => pnn)

/** The cluster as a sample of the embedded one shows it. */
function aCluster(): Snapshot {
  const small = new SmallWorld({ layout: uniformLayout(NODES, ADDRESSES) }).comeUp()
  const snapshot = new WatchedWorld(small).look()
  if (!snapshot) throw new Error('nobody answers')
  return snapshot
}

/** The cluster while a node is disabled: the others have its addresses. */
function without(cluster: Snapshot, pnn: Pnn): Snapshot {
  const flag = (map: Snapshot['nodeMap']) =>
    map.map((node) => (node.pnn === pnn ? { ...node, flags: node.flags | NODE_FLAG.DISABLED } : node))
  const others = PNNS.filter((each) => each !== pnn)
  const ownerOf = (index: number) => others[index % others.length] ?? null
  const nodes = cluster.nodes.map((facts) => ({
    ...facts,
    nodeMap: flag(facts.nodeMap ?? []),
    known: facts.known?.map((each, index) => (each.owner === pnn ? { ...each, owner: ownerOf(index) } : each)),
  }))
  return { ...cluster, nodeMap: flag(cluster.nodeMap), nodes }
}

/** The same with clocks and scripts that have gone on. */
function at(snapshot: Snapshot, atMs: number): Snapshot {
  const now = atMs / 1_000
  const begin = Math.floor(atMs / MONITOR_MS) * (MONITOR_MS / 1_000)
  const times = { now, askedAt: now, answeredAt: now, daemonStart: 1, lastRecoveryStarted: 2, lastRecoveryFinished: 3 }
  const scripts = ['00.ctdb', '01.reclock', '05.system', '10.interface', '49.winbind', '50.samba'].map((name) => {
    return { name, begin, end: begin + 0.1, result: 0, output: '' }
  })
  const nodes = snapshot.nodes.map(
    (facts): NodeFacts => ({
      ...facts,
      times,
      ...(facts.host && { host: { ...facts.host, events: [{ event: 'monitor', scripts }] } }),
    }),
  )
  return { ...snapshot, takenAt: new Date(atMs).toISOString(), nodes }
}

/** Writes the recording. @returns the processor time of a line, in milliseconds. */
function write(file: string): number {
  const cluster = aCluster()
  const disabled = PNNS.map((pnn) => without(cluster, pnn))
  const writer = new RecordingWriter({ id: 'bench', title: 'bench', isSimulated: true, intervalMs: EVERY_MS })
  let lines = writer.header(START_MS)
  let tookMs = 0
  for (let ms = 0; ms < HOURS * 3_600_000; ms += EVERY_MS) {
    const incident = Math.floor(ms / INCIDENT_MS)
    const isBad = ms % INCIDENT_MS >= INCIDENT_MS / 2
    const snapshot = at((isBad ? disabled[incident % NODES] : undefined) ?? cluster, START_MS + ms)
    const startMs = performance.now()
    lines += writer.line({
      kind: 'seen',
      atMs: START_MS + ms + 40,
      beganMs: START_MS + ms,
      snapshot,
      heard: PNNS,
      everyMs: EVERY_MS,
    })
    tookMs += performance.now() - startMs
    if (lines.length < 1 << 20) continue
    appendFileSync(file, lines)
    lines = ''
  }
  appendFileSync(file, lines)
  return tookMs / ((HOURS * 3_600_000) / EVERY_MS)
}

/** Prints how large recordings are, and how long it takes to read one, and to jump in it. */
export async function benchRecording(dir: string): Promise<void> {
  const file = join(dir, 'recording.jsonl')
  const lineMs = write(file)
  const megabytes = statSync(file).size / 1e6
  const what = `recording of ${NODES} × ${ADDRESSES}, ${HOURS} simulated hours`
  console.log(`${what}: ${(megabytes / HOURS).toFixed(2)} MB an hour; ${lineMs.toFixed(2)} ms to make a line`)
  const startMs = performance.now()
  const story = new RecordingStory()
  for (const line of readFileSync(file, 'utf8').split('\n')) story.read(line)
  const { entries } = story.end()
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1)
  console.log(`${what}: read in ${seconds} s, ${entries.length} entries`)
  await benchJumps(file, what)
}

const JUMPS = 25

/** Jumps to random moments, against reading the whole file once, as bytes. */
async function benchJumps(file: string, what: string): Promise<void> {
  await using replay = await RecordingReplay.open(file)
  const startMs = performance.now()
  let firstMs: number | undefined
  await replay.read(() => {
    firstMs ??= performance.now() - startMs
  })
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1)
  console.log(`${what}: opened for replay in ${((firstMs ?? 0) / 1_000).toFixed(1)} s, read in ${seconds} s`)
  const random = new Random(1)
  let slowestMs = 0
  const jump = async () => {
    const before = process.cpuUsage()
    await replay.stateAt(random.between(0, replay.index.count - 1))
    const { user, system } = process.cpuUsage(before)
    slowestMs = Math.max(slowestMs, (user + system) / 1_000)
  }
  const ratios = await inTurn(JUMPS, jump, () => readFileSync(file))
  console.log(reportLine('replay: a jump against reading the file once', ratios, ''))
  console.log(`replay: the slowest of ${JUMPS} jumps took ${slowestMs.toFixed(0)} ms of processor time (aim: below 200)`)
}
