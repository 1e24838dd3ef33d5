import { auditSamples, mayBeMoving, needsAnotherSample } from '../../../src/lib/audit/audit.ts'
import { findingKey } from '../../../src/lib/audit/finding.ts'
import type { Claim, Trigger } from '../../../src/lib/audit/outlook.ts'
import type { AuditedFinding, AuditReport } from '../../../src/lib/audit/report.ts'
import type { Pnn } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { EVENTS } from '../../../src/sim/daemon/event-scripts.ts'
import { carryOutLine } from '../../../src/sim/world/commands.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { seenEverywhere } from '../../support/world-facts.ts'
import { drawCluster, drawFault, drawWeather } from './draw.ts'
import { type Foreseen, hasHappened, isMoot, isSo, isTroubled, type Since, stateOf } from './promised.ts'
import { type Before, DETECTING, rareFault, rememberNode, scarceFaults } from './rare-faults.ts'

/** Delay between two samples, and how long samples are taken, as `verify` does it. In seconds. */
const GAP_S = 2.5
const LIMIT_S = 12
const STEP_S = 0.5
/** How long nothing must happen for a claim that nothing happens. */
const STAYS_S = 15
const RARE_PERCENT = 35
/** Claims without a bound of their own wait for a takeover run that is asked for, or for what somebody does. */
const DEFAULT_S = 90

/** A cluster in trouble, and what an audit of it finds. */
export interface Trouble {
  readonly seed: number
  readonly small: SmallWorld
  readonly faults: readonly string[]
  readonly snapshot: Snapshot
  readonly report: AuditReport
  /** What each node had before the faults, by PNN. */
  readonly before: readonly Before[]
  /** The number of samples that were audited. */
  readonly samples: number
  /** Whether a takeover run is in progress. */
  readonly isRunning: boolean
}

export type Audit = (samples: readonly Snapshot[]) => AuditReport

/** A random cluster after random faults, the same for each seed; undefined if no daemon answers. */
export function troubleOf(seed: number, audit: Audit = auditSamples): Trouble | undefined {
  const random = new Random(seed)
  const { layout, tunables, partiallyOnline, promoteSecondaries } = drawCluster(random)
  const detectsDuplicates = seed % DETECTING === 0
  const small = new SmallWorld({ layout, seed, tunables, partiallyOnline, promoteSecondaries, detectsDuplicates }).comeUp()
  const before = small.world.nodes.map(rememberNode)
  const faults: string[] = []
  for (let count = random.between(1, 3); count > 0; count--) {
    const line = random.percent(40) ? drawWeather(random, small.world) : drawFault(random, small.world)
    faults.push(line)
    carryOutLine(small.world, line)
    small.pass(random.percent(50) ? random.between(0, 1_500) / 1_000 : random.between(0, 20))
  }
  const samples = random.percent(50) ? 1 : 2
  if (random.percent(RARE_PERCENT)) faults.push(rareFault(random, small))
  faults.push(...scarceFaults(seed, small))
  const sampled = takeSamples(small, audit, samples)
  return sampled && { seed, small, before, faults, ...sampled, isRunning: small.runs.at(-1)?.startsWith('start') === true }
}

/** An audit, its last sample, and how many it compared. */
type Sampled = Pick<Trouble, 'snapshot' | 'report' | 'samples'>

/** Audits a cluster: with one sample or, as `verify` does it, with more as long as that helps. Undefined if no daemon answers. */
export function takeSamples(small: SmallWorld, audit: Audit, least: 1 | 2): Sampled | undefined {
  const snapshots: Snapshot[] = []
  for (;;) {
    if (snapshots.length > 0) small.pass(GAP_S)
    const snapshot = seenEverywhere(small)
    if (!snapshot) return undefined
    snapshots.push(snapshot)
    const report = audit(snapshots)
    const isMoreOfUse = least > 1 && (needsAnotherSample(report) || mayBeMoving(report)) && snapshots.length * GAP_S < LIMIT_S
    if (snapshots.length >= least && !isMoreOfUse) return { snapshot, report, samples: snapshots.length }
  }
}

/** A claim of a finding, and what became of it. */
export interface Outcome {
  readonly finding: AuditedFinding
  readonly claim: Claim
  /** `open`: what it waits for, or its condition, did not come. */
  readonly result: 'came true' | 'broken' | 'open'
}

/** What the claims of a report wait for, as far as it can be brought about here: the commands for each. */
export function triggersOf({ report, small }: Trouble): string[][] {
  const found = new Map<string, string[]>()
  for (const { claims, state } of report.findings) {
    if (state !== 'real') continue
    for (const trigger of claims.flatMap(({ after }) => eachOf(after))) {
      const lines = linesFor(trigger, small)
      if (lines) found.set(JSON.stringify(trigger), lines)
    }
    if (claims.some(({ if: conditions }) => conditions?.includes('script succeeds'))) found.set('scripts', mendedScripts(small))
  }
  return [...found.values()]
}

function eachOf(trigger: Trigger | undefined): readonly Trigger[] {
  if (!trigger) return []
  return trigger.on === 'either' ? trigger.triggers.flatMap(eachOf) : [trigger]
}

/** Scripts that succeed, also those that look at links. */
const mendedScripts = ({ world }: SmallWorld): string[] =>
  world.nodes.flatMap(({ pnn }) => [
    ...EVENTS.map((event) => `script ${pnn} ${event} ok`),
    ...['bond0', 'bond1'].map((name) => `link ${pnn} ${name} up`),
  ])

function linesFor(trigger: Trigger, { world }: SmallWorld): string[] | undefined {
  switch (trigger.on) {
    case 'run':
      return ['run']
    case 'repair':
      return [
        'heal',
        'loss 0',
        'delay 1',
        ...world.nodes.flatMap(({ pnn, daemon, answers }) => (daemon && !answers ? [`resume ${pnn}`] : [])),
      ]
    case 'connected':
    case 'answers':
    case 'start': {
      const { powered = false, daemon, answers } = world.nodes[trigger.pnn] ?? {}
      if (daemon) return answers ? [] : [`resume ${trigger.pnn}`]
      return [powered ? `start ${trigger.pnn}` : `boot ${trigger.pnn}`]
    }
    case 'able':
      return world.nodes.flatMap(({ pnn, daemon, answers }) => [
        ...['bond0', 'bond1'].map((name) => `link ${pnn} ${name} up`),
        `script ${pnn} monitor ok`,
        ...(daemon && answers ? [`enable ${pnn}`, `continue ${pnn}`] : []),
      ])
    default:
      return undefined
  }
}

/** Waits, and compares what was claimed with what happens. `lines` are carried out at once. */
export function wait(
  { small, snapshot, report, samples, isRunning }: Trouble,
  lines: readonly string[],
  audit: Audit = auditSamples,
): Outcome[] {
  const runs = { started: 0, succeeded: 0, failed: 0 }
  const asked = new Set<Pnn>()
  const started = new Set<Pnn>()
  const leftRecovery = new Set<Pnn>()
  const wasRunning = samples === 1 && isRunning
  const dropped = droppedIn(small)
  const wasTroubled = isTroubled(small)
  small.forget()
  let seen: { readonly atMs: number; readonly keys: ReadonlySet<string> } | undefined
  const findingsNow = (): ReadonlySet<string> => {
    const { nowMs } = small.world.clock
    if (seen?.atMs !== nowMs) {
      const now = seenEverywhere(small)
      seen = { atMs: nowMs, keys: keysIn(now && audit([now]), report) }
    }
    return seen.keys
  }
  const stateBefore = stateOf(small)
  const since: Since = {
    stateBefore,
    wasRunning,
    wasTroubled,
    isRunning,
    small,
    snapshot,
    findingsNow,
    asked,
    runs,
    started,
    dropped,
    leftRecovery,
  }
  const daemons = small.world.nodes.map(({ daemon }) => daemon)
  const update = () => {
    runs.started = small.runs.filter((line) => line.startsWith('start')).length
    runs.succeeded = small.runs.filter((line) => line.endsWith('ok')).length
    runs.failed = small.runs.filter((line) => line.endsWith('failed')).length
    for (const { pnn, text } of small.log) if (text === 'Trigger takeoverrun') asked.add(pnn)
    for (const { pnn, daemon } of small.world.nodes) {
      if (daemon && daemon !== daemons[pnn]) started.add(pnn)
      if (daemon?.recoveryMode === 0) leftRecovery.add(pnn)
    }
  }
  for (const line of lines) carryOutLine(small.world, line)
  const open = report.findings
    .filter(({ state }) => state === 'real')
    .flatMap((finding) => finding.claims.map((claim) => new Pending(claim, finding, samples > 1)))
  const isQuiet = report.findings.every(({ claims }) => claims.every(({ kind, after }) => QUIET.has(kind) || after?.on === 'run'))
  for (let seconds = 0; open.some(({ result }) => result === undefined); seconds += STEP_S) {
    update()
    for (const pending of open) pending.look(seconds, since, isQuiet && lines.length === 0)
    small.pass(STEP_S)
  }
  return open.map(({ finding, claim, result = 'open' }) => ({ finding, claim, result }))
}

/** The nodes that have released all addresses in the recovery in which they are. */
function droppedIn({ log }: SmallWorld): Set<Pnn> {
  const dropped = new Set<Pnn>()
  for (const { pnn, text } of log) {
    if (text.startsWith('Been in recovery mode for too long')) dropped.add(pnn)
    else if (text === 'Recovery mode set to ACTIVE') dropped.delete(pnn)
  }
  return dropped
}

/** The findings of a report; and those of an earlier one whose checks have not seen everything now, since they may still be there. */
function keysIn(now: AuditReport | undefined, before: AuditReport): Set<string> {
  const unseen = new Set(now?.unknown.map(({ id }) => id))
  const maybe = before.findings.filter(({ id }) => !now || unseen.has(id))
  return new Set([...(now?.findings ?? []), ...maybe].map(findingKey))
}

const QUIET: ReadonlySet<Claim['kind']> = new Set(['stays', 'kept', 'no-run'])

/** Something lasts until the next takeover run, which may be in progress and does its work before its end, or until one that follows a recovery. */
function hasBegun(trigger: Trigger, since: Since): boolean {
  if (trigger.on === 'either') return trigger.triggers.some((each) => hasBegun(each, since))
  if (trigger.on !== 'run' && trigger.on !== 'recovery') return hasHappened(trigger, since)
  return since.isRunning || since.runs.started > 0 || hasHappened(trigger, since)
}

/** A claim that has neither come true nor been broken. */
class Pending {
  readonly claim: Claim
  readonly finding: AuditedFinding
  result: Outcome['result'] | undefined
  private readonly isSure: boolean
  private sinceS: number | undefined

  /** @param isSure whether samples were compared: in one alone, what moves may look like a fault. */
  constructor(claim: Claim, finding: AuditedFinding, isSure: boolean) {
    this.claim = claim
    this.finding = finding
    this.isSure = isSure
  }

  /** @param isQuiet whether nothing that was found, and nobody, brings about a takeover run. */
  look(seconds: number, since: Since, isQuiet: boolean): void {
    if (this.result !== undefined) return
    const { claim } = this
    if (claim.kind === 'unknown') this.result = 'open'
    else if (claim.kind === 'stays' || claim.kind === 'kept') {
      this.lookWhether(claim, seconds, since, claim.after !== undefined && hasBegun(claim.after, since))
    } else if (claim.kind === 'no-run') this.lookWhether(claim, seconds, since, !isQuiet)
    else this.lookFor(claim, seconds, since)
  }

  private lookFor(claim: Foreseen, seconds: number, since: Since): void {
    if (this.sinceS === undefined) {
      if (!claim.after || hasHappened(claim.after, since)) this.sinceS = seconds
      else if (seconds > DEFAULT_S) this.result = 'open'
      if (this.sinceS === undefined) return
    }
    const isLate = seconds - this.sinceS > (claim.withinS ?? (claim.after?.on === 'run' ? 0 : DEFAULT_S))
    if (isSo(claim, this.finding, since)) this.result = 'came true'
    else if (isMoot(claim, since, isLate)) this.result = 'open'
    else if (isLate) this.result = 'broken'
  }

  private lookWhether(claim: Foreseen, seconds: number, since: Since, isOver: boolean): void {
    if (isOver || !this.isSure) this.result = 'open'
    else if (seconds >= STAYS_S) this.result = isSo(claim, this.finding, since) ? 'came true' : 'broken'
  }
}
