import { findingKey } from '../../../src/lib/audit/finding.ts'
import type { Claim, Condition, Trigger } from '../../../src/lib/audit/outlook.ts'
import type { AuditedFinding } from '../../../src/lib/audit/report.ts'
import { INACTIVE_FLAGS, isReachable, NODE_FLAG, type Pnn } from '../../../src/lib/cluster/node.ts'
import { INVALID_GENERATION } from '../../../src/lib/cluster/report.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { SimNode } from '../../../src/sim/world/sim-node.ts'
import type { SmallWorld } from '../../support/sim-world.ts'
import { leadersHeardBy } from '../../support/world-facts.ts'

/** A claim that says something. */
export type Foreseen = Exclude<Claim, { readonly kind: 'unknown' }>

/** What has happened in a world since an audit. */
export interface Since {
  readonly small: SmallWorld
  /** The snapshot that was audited. */
  readonly snapshot: Snapshot
  /** The keys of the findings that there are now. Costs an audit. */
  findingsNow(): ReadonlySet<string>
  /** Nodes whose recovery daemons have asked for a takeover run. */
  readonly asked: ReadonlySet<Pnn>
  /** The `stateOf` the world at the audit. */
  readonly stateBefore: string
  /** Whether a takeover run was in progress at the audit, and only one sample was taken, so that it could not be seen. */
  readonly wasRunning: boolean
  /** Whether a takeover run was in progress at the audit, whatever could be seen of it. */
  readonly isRunning: boolean
  readonly runs: { started: number; succeeded: number; failed: number }
  /** Nodes whose daemon was started. */
  readonly started: ReadonlySet<Pnn>
  /** Whether the network did not work at the audit. */
  readonly wasTroubled: boolean
  /** Nodes that had released all addresses at the audit, as they were in recovery mode for too long. */
  readonly dropped: ReadonlySet<Pnn>
  /** Nodes that left recovery mode. */
  readonly leftRecovery: ReadonlySet<Pnn>
}

const ownersOf = (small: SmallWorld, address: string): Pnn[] =>
  small.world.nodes.filter(({ pnn, answers }) => answers && small.believedOwner(pnn, address) === pnn).map(({ pnn }) => pnn)

const powered = (small: SmallWorld) => small.world.nodes.filter((node) => node.powered)
const answering = (small: SmallWorld) => small.world.nodes.filter((node) => node.answers && node.daemon)
const active = (small: SmallWorld) => answering(small).filter(({ daemon }) => ((daemon?.ownFlags ?? 0) & INACTIVE_FLAGS) === 0)

/** Whether something has made a claim's condition untrue: then nothing is claimed. */
export const isMoot = (claim: Claim, since: Since, isLate: boolean): boolean =>
  claim.if?.some((condition) => isUntrue(condition, claim, since, isLate)) === true

function isUntrue(condition: Condition, claim: Claim, since: Since, isLate: boolean): boolean {
  const { small, runs, stateBefore, wasRunning, wasTroubled, dropped } = since
  switch (condition) {
    case 'run succeeds':
      // In one sample alone, a run in progress looks like a fault.
      if (runs.failed > 0 || wasRunning) return true
      // One that has not ended has not succeeded; and what keeps a cluster from recovering keeps it from making a run.
      return isLate && (runs.started > runs.succeeded || (runs.started === 0 && cannotRecover(small)))
    case 'script succeeds':
      return scriptNodes(small, claim).some(
        ({ pnn, scripts, eventRuns }) =>
          scripts.failing.size > 0 ||
          [...scripts.slowMs.values()].some((ms) => ms > 0) ||
          (claim.kind === 'all-released' && hasTwice(small, pnn)) ||
          // As with an IPv6 address that another node has.
          (isLate && (eventRuns?.get('takeip')?.result ?? 0) !== 0) ||
          (isLate && claim.kind === 'healthy' && eventRuns?.get('monitor')?.result !== 0),
      )
    case 'script runs':
      return scriptNodes(small, claim).some(
        ({ scripts }) => scripts.failing.has('monitor') || (scripts.slowMs.get('monitor') ?? 0) > 0,
      )
    case 'lock works':
      return small.world.lock.state !== 'shared'
    case 'not released before':
      return claim.kind === 'all-released' && claim.pnns.some((pnn) => dropped.has(pnn))
    case 'nothing changes':
      return stateOf(small) !== stateBefore
    case 'network works':
      return (
        isTroubled(small) ||
        // What follows from a repair is claimed for itself.
        (claim.after === undefined && wasTroubled) ||
        (claim.kind === 'running' && isStopped(small, claim.pnn)) ||
        (claim.kind === 'run-asked' && wasRunning)
      )
  }
}

/** The nodes whose scripts a claim depends on: in elections, recoveries and takeover runs those of all. */
function scriptNodes({ world: { nodes } }: SmallWorld, claim: Claim): readonly SimNode[] {
  if (claim.kind === 'healthy' || claim.kind === 'link-known') return nodes.filter(({ pnn }) => pnn === claim.pnn)
  return claim.kind === 'all-released' ? nodes.filter(({ pnn }) => claim.pnns.includes(pnn)) : nodes
}

/** A longer delay adds up over the steps of an election, a recovery or a takeover run. */
const PROMPT_MS = 200

export const isTroubled = (small: SmallWorld): boolean =>
  powered(small).some(
    ({ pnn, daemon, answers }) =>
      (daemon !== undefined && !answers) ||
      powered(small).some((other) => {
        if (other.pnn === pnn) return false
        const path = small.world.network.path(pnn, other.pnn)
        return path.parted || path.lossPercent > 0 || path.delayMs > PROMPT_MS
      }),
  )

const cannotRecover = (small: SmallWorld): boolean => isTroubled(small) || small.world.lock.state !== 'shared'

/** Whether what a claim waits for has happened. */
export function hasHappened(trigger: Trigger, since: Since): boolean {
  const { small, runs, started } = since
  switch (trigger.on) {
    case 'run':
      return runs.succeeded > 0
    case 'recovery':
      return active(small).every(({ daemon }) => daemon?.recoveryMode === 0)
    case 'leader':
      return small.world.leader !== undefined
    case 'repair':
      return !isTroubled(small)
    case 'answers':
      return small.node(trigger.pnn).answers
    case 'start':
      return started.has(trigger.pnn)
    case 'connected':
      return (
        small.node(trigger.pnn).answers &&
        active(small).some(({ pnn, daemon }) => {
          const seen = daemon?.peers.nodes().find((node) => node.pnn === trigger.pnn)
          return pnn !== trigger.pnn && seen !== undefined && isReachable(seen)
        })
      )
    case 'able':
      return trigger.addresses.some((address) =>
        active(small).some(({ daemon }) => daemon?.publicIps.available().some((ip) => ip.address.address === address)),
      )
    case 'release':
      return trigger.addresses.some(
        (address) =>
          entryOf(since.snapshot, trigger.pnn, address) !== entryIn(small, trigger.pnn, address) ||
          (trigger.orMoves === true &&
            interfaceOf(since.snapshot, trigger.pnn, address) !== interfaceIn(small, trigger.pnn, address)),
      )
    case 'takes':
      return small.believedOwner(trigger.pnn, trigger.address) === trigger.pnn
    case 'leaves':
      return trigger.pnns.some((pnn) => !takesPart(small, pnn))
    case 'leader leaves':
      return small.world.leader !== trigger.pnn
    case 'either':
      return trigger.triggers.some((each) => hasHappened(each, since))
    case 'running':
      return small.node(trigger.pnn).daemon?.runState === 'RUNNING'
    case 'reload':
    case 'other':
      return false
  }
}

/** Whether what was claimed is so now. */
export function isSo(claim: Foreseen, finding: AuditedFinding, since: Since): boolean {
  const { small } = since
  switch (claim.kind) {
    case 'stays':
      return since.findingsNow().has(findingKey(finding))
    case 'kept':
      return claim.pnns.every((pnn) => claim.addresses.every((address) => small.holdersOf(address).includes(pnn)))
    case 'no-run':
      return since.runs.started === 0
    case 'run-asked':
      // Nobody asks during a run: that one does it.
      return since.isRunning || since.runs.started > 0 || claim.by.some((pnn) => since.asked.has(pnn))
    case 'runs-in-vain':
      return since.runs.started > 0
    case 'hosted':
      return claim.addresses.every((address) => {
        const owners = ownersOf(small, address)
        // A node that could not be told may answer again, and become the owner.
        const counts = (pnn: Pnn) => !claim.besides?.includes(pnn) || owners.includes(pnn)
        const holders = small.holdersOf(address).filter((pnn) => counts(pnn) && small.node(pnn).powered)
        return holders.length === 1 && owners.length === 1 && holders[0] === owners[0]
      })
    case 'released':
      return claim.pnns.every((pnn) =>
        claim.addresses.every((address) => !small.holdersOf(address).includes(pnn) || small.believedOwner(pnn, address) === pnn),
      )
    case 'moved':
      return claim.moves.every(({ address, to }) => (ownersOf(small, address)[0] ?? null) === to)
    case 'owner-known':
      return claim.addresses.every((address) => {
        const named = active(small)
          .filter(({ daemon }) => daemon?.runState === 'RUNNING')
          .map(({ pnn }) => small.believedOwner(pnn, address))
          .filter((owner) => owner !== undefined)
        return new Set(named).size <= 1
      })
    case 'flags-agreed':
      return isAgreed([...flagsSeen(small, claim.pnn)], claim.mayBeGone === true)
    case 'link-known': {
      const known = small
        .node(claim.pnn)
        .daemon?.publicIps.interfaceRecords()
        .find(({ name }) => name === claim.interfaceName)
      return !known || (known.linkState === 1) === small.hosts[claim.pnn]?.carrierOf(claim.interfaceName)
    }
    case 'healthy':
      return (small.flagsOf(claim.pnn) & NODE_FLAG.UNHEALTHY) === 0
    case 'unbanned':
      return (small.flagsOf(claim.pnn) & NODE_FLAG.BANNED) === 0 && (claim.stopped === true || isUp(small, claim.pnn))
    case 'running':
      return isUp(small, claim.pnn)
    case 'leader':
      return new Set(active(small).map(({ pnn }) => String(leadersHeardBy(small, pnn)))).size <= 1 && hasLeader(small)
    case 'recovered':
      return (
        active(small).every(({ daemon }) => daemon?.recoveryMode === 0 && daemon.vnnMap.generation !== INVALID_GENERATION) &&
        new Set(active(small).map(({ daemon }) => daemon?.vnnMap.generation)).size <= 1
      )
    case 'all-released':
      return claim.pnns.every(
        (pnn) => since.leftRecovery.has(pnn) || small.heldBy(pnn).every((address) => claim.besides?.includes(address)),
      )
    case 'daemon-ends':
      return claim.pnns.every((pnn) => small.node(pnn).daemon === undefined)
  }
}

/** Where a kernel had an address at the audit. */
function entryOf({ nodes }: Snapshot, pnn: Pnn, address: string): string {
  const held = nodes.find((facts) => facts.pnn === pnn)?.host?.addresses?.find((each) => each.address === address)
  return `${held?.interfaceName} ${held?.secondary}`
}

function entryIn({ hosts }: SmallWorld, pnn: Pnn, address: string): string {
  const held = hosts[pnn]?.held.find((each) => each.address === address)
  return `${held?.interfaceName} ${held?.secondary}`
}

/** The interface that a daemon named for an address at the audit. */
function interfaceOf({ nodes }: Snapshot, pnn: Pnn, address: string): string | undefined {
  const known = nodes.find((facts) => facts.pnn === pnn)?.known?.find((each) => each.address === address)
  return known?.activeInterface ?? undefined
}

function interfaceIn(small: SmallWorld, pnn: Pnn, address: string): string | undefined {
  const publicIps = small.node(pnn).daemon?.publicIps
  const known = publicIps?.known().find((each) => each.address.address === address)
  if (!publicIps || !known) return undefined
  const { interfaces, activeIndex } = publicIps.info(known.address)
  return interfaces[activeIndex]?.name
}

/** Whether a node is active, and the leader, or without one every active node, sees it. */
function takesPart(small: SmallWorld, pnn: Pnn): boolean {
  const { leader } = small.world
  const viewers = active(small).filter((node) => leader === undefined || node.pnn === leader)
  const isSeen = viewers.every(({ daemon }) => {
    const seen = daemon?.peers.nodes().find((node) => node.pnn === pnn)
    return seen !== undefined && isReachable(seen)
  })
  return isSeen && active(small).some((node) => node.pnn === pnn)
}

/** What decides where a takeover run puts addresses, apart from their owners. */
export const stateOf = ({ world }: SmallWorld): string =>
  JSON.stringify(
    world.nodes.map(({ daemon, answers }) =>
      daemon && answers
        ? [daemon.peers.nodes(), daemon.runState, daemon.publicIps.available().map(({ address }) => address.address)]
        : null,
    ),
  )

/** A node that was told to stop while it could not hear it stops later. */
const isStopped = (small: SmallWorld, pnn: Pnn): boolean => (small.flagsOf(pnn) & NODE_FLAG.STOPPED) !== 0

/** The script removes an address from one interface only. */
function hasTwice({ hosts }: SmallWorld, pnn: Pnn): boolean {
  const addresses = hosts[pnn]?.held.map(({ address }) => address) ?? []
  return new Set(addresses).size < addresses.length
}

const hasLeader = (small: SmallWorld): boolean => active(small).length === 0 || small.world.leader !== undefined

const isUp = (small: SmallWorld, pnn: Pnn): boolean => {
  const { daemon, answers } = small.node(pnn)
  return answers && daemon?.runState === 'RUNNING' && daemon.recoveryMode === 0 && (daemon.ownFlags & INACTIVE_FLAGS) === 0
}

/** Nobody corrects what each node believes besides of a node that none of them sees. */
const isAgreed = (seen: readonly number[], mayBeGone: boolean): boolean =>
  seen.length <= 1 || (mayBeGone && seen.every((flags) => !isReachable({ flags })))

function flagsSeen(small: SmallWorld, pnn: Pnn): Set<number> {
  const viewers = active(small).filter(({ daemon }) => daemon?.runState === 'RUNNING')
  return new Set(
    viewers.flatMap(({ daemon }) => {
      const flags = daemon?.peers.nodes().find((node) => node.pnn === pnn)?.flags
      return flags === undefined ? [] : [flags]
    }),
  )
}
