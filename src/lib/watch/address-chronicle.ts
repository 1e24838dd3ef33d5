import type { Pnn } from '../cluster/node.ts'
import { type AddressRecord, isAbsent, isLost, truthOf, withNode, withoutNode } from './address-record.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { isToldSince } from './freshness.ts'
import type { Unexplained } from './node-record.ts'
import type { Tale, Teller } from './teller.ts'
import { nodesWords } from './words.ts'

/** A script may take so long (EventScriptTimeout), and only then a node tells that it has taken what it says it owns. */
const TAKE_LAG_MS = 120_000
/** A release is told in the moment in which the node says that it does not own the address; but messages take their time. */
const RELEASE_LAG_MS = 10_000
/** A node that was seen to own an address may have taken it just then, and not have told yet. */
const LOOK_LAG_MS = 2_000
/** What was not looked at for longer may have been away for long. */
const UNSEEN_MS = 5_000
/** How long a move may wait for a look that explains it. */
const UNEXPLAINED_MS = 15_000
const UNEXPLAINED_KEPT = 4_000

type Told = 'TAKE_IP' | 'RELEASE_IP'

/** Who owned an address, and who does. */
interface Passage {
  readonly from: Pnn | null
  readonly to: Pnn | null
  readonly what: 'moved' | 'taken' | 'released' | 'lost'
  readonly text: string
  readonly cause?: string | undefined
  readonly awayMs?: number | undefined
}

/** Tells who takes and releases addresses: by the nodes' own word the moment they do so, by looks where no word came. */
export class AddressChronicle {
  private readonly cluster: ClusterRecords
  private readonly causes: Causes
  private readonly teller: Teller
  private readonly isRunUnderWay: () => boolean
  /** Addresses of which something was told since a look began that is over. */
  private readonly fresh = new Set<AddressRecord>()

  constructor(cluster: ClusterRecords, causes: Causes, teller: Teller, isRunUnderWay: () => boolean) {
    this.cluster = cluster
    this.causes = causes
    this.teller = teller
    this.isRunUnderWay = isRunUnderWay
  }

  /** A node told that it has taken or released an address. */
  told(event: Told, address: string, pnn: Pnn, atMs: number): void {
    const record = this.cluster.address(address)
    const node = this.cluster.node(pnn)
    if (!node.knownSet.has(address)) {
      // The next look tells whether it is so.
      node.known = undefined
      node.knownSet.add(address)
      record.knownBy = withNode(record.knownBy, pnn)
    }
    const wasAwaited = isAwaited(record, event, pnn, atMs)
    record.awaited.delete(pnn)
    record.toldMs.set(pnn, atMs)
    this.fresh.add(record)
    if (event === 'TAKE_IP') this.taken(record, pnn, atMs, wasAwaited)
    else this.released(record, pnn, atMs, wasAwaited)
    this.cluster.touch(record)
  }

  /** Whether what a look shows of an address on a node may be older than what the node told of it. */
  isOutdated(record: AddressRecord, pnn: Pnn, beganMs: number): boolean {
    return isToldSince(record.toldMs.get(pnn), beganMs)
  }

  /** A look is over: what was told before it began has been seen. */
  caughtUp(beganMs: number): void {
    for (const record of this.fresh) {
      for (const [pnn, atMs] of record.toldMs) if (!isToldSince(atMs, beganMs)) record.toldMs.delete(pnn)
      if (record.toldMs.size === 0) this.fresh.delete(record)
    }
  }

  /**
   * A look has shown who says that he owns an address. Where several do, it is still the one who did before: two nodes are never asked at
   * the same moment.
   * @param silent whether a node did not say anything in that look.
   * @param isTold whether the timeline shall have it; not so at the first look.
   */
  seen(
    record: AddressRecord,
    claims: readonly Pnn[],
    { atMs, silent, isTold }: { atMs: number; silent: (pnn: Pnn) => boolean; isTold: boolean },
  ): void {
    const before = record.owner
    const answered = claims.filter((pnn) => !silent(pnn))
    const came = answered.filter((pnn) => !record.claims.includes(pnn))
    // Who says nothing cannot contradict the one who comes.
    const now = came.length > 0 ? answered : claims
    const owner = before !== null && now.includes(before) ? before : (came.at(-1) ?? now.at(-1) ?? null)
    if (owner !== before && isTold) {
      this.tellPassage(record, this.seenPassage(record, owner, silent, atMs), atMs)
      if (owner !== null) record.awaited.set(owner, { event: 'TAKE_IP', seenAtMs: atMs })
      if (before !== null) record.awaited.set(before, { event: 'RELEASE_IP', seenAtMs: atMs })
    }
    if (owner === null && before !== null) record.away = this.awaySince(record, before, atMs)
    this.setClaims(record, now)
    this.giveTo(record, owner, atMs, isTold)
    this.cluster.touch(record)
  }

  /** Several say in one look after the other that they own it, or only one of them any more. */
  judgeClaims(record: AddressRecord, beganMs: number, atMs: number): void {
    const { claims, doubleClaim, address, owner } = record
    if (claims.length > 1) {
      if (!doubleClaim) record.doubleClaim = { sinceMs: atMs, isTold: false }
      else if (!doubleClaim.isTold && beganMs > doubleClaim.sinceMs) {
        record.doubleClaim = { ...doubleClaim, isTold: true }
        const text = `${nodesWords(claims)} claim ${address} at the same time`
        this.tell(record, atMs, { what: 'claimed', text, tone: 'error', pnns: claims, from: owner, to: owner })
      }
      return
    }
    record.doubleClaim = undefined
    if (!doubleClaim?.isTold) return
    const text = `${address} is claimed by ${owner === null ? 'nobody' : `node ${owner} only`} again`
    const awayMs = atMs - doubleClaim.sinceMs
    this.tell(record, atMs, { what: 'settled', text, tone: 'good', pnns: claims, from: owner, to: owner, awayMs })
  }

  /** Whether it has to be looked at again. */
  isUnsettled({ claims, doubleClaim }: AddressRecord): boolean {
    return claims.length > 1 || doubleClaim !== undefined
  }

  private taken(record: AddressRecord, pnn: Pnn, atMs: number, wasAwaited: boolean): void {
    if (!wasAwaited) this.tellTaken(record, pnn, atMs)
    if (record.owner === pnn && isAbsent(record.trouble?.truth)) record.trouble = undefined
    this.setClaims(record, [pnn])
    if (this.cluster.isSeen(pnn)) {
      this.cluster.node(pnn).held?.add(record.address)
      record.heldBy = withNode(record.heldBy, pnn)
    }
    this.giveTo(record, pnn, atMs)
  }

  private tellTaken(record: AddressRecord, pnn: Pnn, atMs: number): void {
    const { owner, trouble, awaited } = record
    const isAgain = owner === pnn
    if (isAgain && trouble && !trouble.isTold && isAbsent(trouble.truth)) this.tellTrouble(record, trouble.sinceMs)
    const passage = isAgain ? this.takenAgain(record, pnn, atMs) : this.passageTo(record, pnn, atMs, owner === null)
    this.tellPassage(record, passage, atMs)
    // Others that were seen to take it have been overtaken. Who had it has released it before, which may be heard later: the move tells it.
    for (const [each, { event }] of awaited) if (event === 'TAKE_IP') awaited.delete(each)
    if (owner !== null && !isAgain) awaited.set(owner, { event: 'RELEASE_IP', seenAtMs: atMs })
  }

  private released(record: AddressRecord, pnn: Pnn, atMs: number, wasAwaited: boolean): void {
    const { address, owner, trouble } = record
    const claims = withoutNode(record.claims, pnn)
    const to = owner === pnn ? (claims.at(-1) ?? null) : owner
    if (!wasAwaited) this.tellReleased(record, pnn, to, atMs)
    if (trouble && owner === pnn && isAbsent(trouble.truth)) {
      record.trouble = undefined
      if (trouble.isTold && to === null) record.away = { sinceMs: trouble.sinceMs, isExact: true }
    }
    this.cluster.node(pnn).held?.delete(address)
    this.setClaims(record, claims)
    record.heldBy = withoutNode(record.heldBy, pnn)
    this.giveTo(record, to, atMs)
  }

  /** @param to who owns it then. */
  private tellReleased(record: AddressRecord, pnn: Pnn, to: Pnn | null, atMs: number): void {
    const { address, owner } = record
    if (to !== null && to !== owner) {
      // Another one has claimed it before: with the release it has moved there.
      this.tellPassage(record, this.passageTo(record, to, atMs, true), atMs)
      record.awaited.set(to, { event: 'TAKE_IP', seenAtMs: atMs })
      return
    }
    const cause = owner === pnn ? this.causes.ofLeaving(record, pnn, atMs) : undefined
    const text = `node ${pnn} released ${address}${to === null ? '' : `, which node ${to} owns`}`
    this.tellPassage(record, { from: owner, to, what: 'released', text, cause }, atMs, pnn)
  }

  private setClaims(record: AddressRecord, claims: readonly Pnn[]): void {
    const { address } = record
    for (const pnn of record.claims) if (!claims.includes(pnn)) this.cluster.nodes.get(pnn)?.claims.delete(address)
    for (const pnn of claims) this.cluster.node(pnn).claims.add(address)
    record.claims = claims
  }

  /** Notes who owns it from now on. */
  private giveTo(record: AddressRecord, owner: Pnn | null, atMs: number, isExact = true): void {
    const { owner: before } = record
    if (owner === null) record.away ??= { sinceMs: atMs, isExact }
    else record.away = undefined
    if (owner === before) return
    if (before !== null) record.previousOwner = before
    record.owner = owner
    record.heardSinceMs = atMs
    record.sinceMs = isExact ? atMs : null
    if (owner !== null && owner !== record.previousOwner) record.interfaceName = null
  }

  /** Since when an address is on no node that a look does not find where it was: at the latest since its node cannot be reached any more. */
  private awaySince(record: AddressRecord, from: Pnn, atMs: number): AddressRecord['away'] {
    const node = this.cluster.nodes.get(from)
    const lastMs = Math.max(node?.saidMs ?? 0, record.sinceMs ?? 0)
    const blindMs = node?.blind?.sinceMs
    // While it cannot be reached from here, others may still have told what it owns.
    if (blindMs !== undefined && blindMs >= lastMs) return { sinceMs: blindMs, isExact: true }
    return { sinceMs: atMs, isExact: atMs - lastMs <= UNSEEN_MS }
  }

  private seenPassage(record: AddressRecord, to: Pnn | null, silent: (pnn: Pnn) => boolean, atMs: number): Passage {
    if (to !== null) return this.passageTo(record, to, atMs, record.owner === null || !silent(record.owner))
    const { address, owner: from } = record
    const cause = from === null ? undefined : this.causes.ofLeaving(record, from, atMs)
    if (from !== null && silent(from)) {
      return { from, to, what: 'lost', text: `${address} is on no node any more: node ${from}, which had it, is gone`, cause }
    }
    return { from, to, what: 'released', text: `node ${from} does not own ${address} any more, nor does another node`, cause }
  }

  /**
   * Another node has it than before.
   * @param isGiven the one that had it is known to have let it go; else it may be dead, whatever else has happened of late.
   */
  private passageTo(record: AddressRecord, to: Pnn, atMs: number, isGiven: boolean): Passage {
    const { address, owner, previousOwner, away } = record
    const awayMs = awayTime(record, atMs)
    const last = owner ?? previousOwner ?? null
    if (last === to) {
      const cause = this.causes.ofComing(record, null, to, atMs)
      return { from: owner, to, what: 'taken', text: `node ${to} took ${address} again`, cause, awayMs }
    }
    if (last === null) {
      const cause = this.causes.ofComing(record, null, to, atMs)
      return { from: null, to, what: 'taken', text: `node ${to} took ${address}`, cause, awayMs }
    }
    const isAfterLong = away !== undefined && atMs - away.sinceMs > UNEXPLAINED_MS
    // What is away for long comes back for another reason than it went.
    const coming = isAfterLong ? this.causes.ofComing(record, null, to, atMs) : undefined
    const cause = coming ?? this.causes.ofMoving(record, last, to, { atMs, isGiven })
    return { from: last, to, what: 'moved', text: `${address} moved from node ${last} to node ${to}`, cause, awayMs }
  }

  /** A node takes what it owns already: its kernel did not have it, as there would have been nothing to tell otherwise. */
  private takenAgain(record: AddressRecord, pnn: Pnn, atMs: number): Passage {
    const isKnown = isAbsent(record.trouble?.truth)
    const by = this.isRunUnderWay() ? '; a takeover run put it back' : ''
    const cause =
      isKnown || atMs - record.heardSinceMs > LOOK_LAG_MS ? `it was missing in the kernel of node ${pnn}${by}` : undefined
    const text = `node ${pnn} took ${record.address} again`
    return { from: pnn, to: pnn, what: 'taken', text, cause, awayMs: awayTime(record, atMs) }
  }

  private tellPassage(record: AddressRecord, passage: Passage, atMs: number, teller?: Pnn): void {
    const { from, to, what, text, cause, awayMs } = passage
    const pnns = [...new Set([from, to, teller])].filter((pnn) => typeof pnn === 'number')
    if (cause === undefined) this.leaveUnexplained(record, passage, atMs)
    this.tell(record, atMs, {
      what,
      text,
      tone: TONES[what],
      pnns,
      from,
      to,
      ...(cause !== undefined && { cause }),
      ...(awayMs !== undefined && { awayMs }),
    })
  }

  private leaveUnexplained({ address }: AddressRecord, { from, to }: Passage, atMs: number): void {
    const note = (pnn: Pnn | null, what: Unexplained['what']) => {
      const node = pnn === null ? undefined : this.cluster.nodes.get(pnn)
      if (!node) return
      const recent = node.unexplained[0]
      if (recent && atMs - recent.atMs > UNEXPLAINED_MS) {
        node.unexplained = node.unexplained.filter((each) => atMs - each.atMs <= UNEXPLAINED_MS)
      }
      if (node.unexplained.length < UNEXPLAINED_KEPT) node.unexplained.push({ address, atMs, what })
    }
    if (from === to) return
    note(from, 'left')
    note(to, 'came')
  }

  /** Tells of all that owners have lost, without waiting for another look: a takeover run is about to put it back. */
  tellAbsent(): void {
    for (const record of this.cluster.addresses) {
      const { trouble } = record
      if (!trouble || trouble.isTold || !isLost(record)) continue
      this.tellTrouble(record, trouble.sinceMs)
      record.trouble = { ...trouble, isTold: true }
    }
  }

  /** Tells what is wrong in the kernels. */
  tellTrouble(record: AddressRecord, atMs: number): void {
    const { address, owner, heldBy } = record
    const truth = record.trouble?.truth ?? truthOf(record, this.cluster.isSeen)
    const others = heldBy.filter((pnn) => pnn !== owner).map((pnn) => `node ${pnn}`)
    const texts: Partial<Record<typeof truth, string>> = {
      missing: `${address} is missing in the kernel of node ${owner}, which owns it`,
      elsewhere: `${address} is missing in the kernel of node ${owner}, which owns it; ${others.join(' and ')} has it`,
      twice: `${address} is also in the kernel of ${others.join(' and ')}; node ${owner} owns it`,
      stray: `${address} is in the kernel of ${others.join(' and ')}, and nobody owns it`,
    }
    const pnns = [...new Set([...(owner === null ? [] : [owner]), ...heldBy])]
    const cause = this.causes.ofFault(pnns, record, atMs)
    this.teller.tell(atMs, {
      kind: 'kernel',
      what: truth,
      text: texts[truth] ?? address,
      tone: 'error',
      pnns,
      addresses: [address],
      ...(cause !== undefined && { cause }),
    })
  }

  private tell({ address }: AddressRecord, atMs: number, tale: Omit<Tale, 'kind' | 'addresses'>): void {
    this.teller.tell(atMs, { kind: 'address', addresses: [address], ...tale })
  }
}

const TONES = { moved: 'plain', taken: 'good', released: 'warning', lost: 'error' } as const

const isAwaited = ({ awaited }: AddressRecord, event: Told, pnn: Pnn, atMs: number): boolean => {
  const expected = awaited.get(pnn)
  if (expected?.event !== event) return false
  return atMs - expected.seenAtMs <= (event === 'TAKE_IP' ? TAKE_LAG_MS : RELEASE_LAG_MS)
}

/** How long it was on no node, or missing in the owner's kernel. */
function awayTime({ away, trouble }: AddressRecord, atMs: number): number | undefined {
  if (away) return away.isExact ? atMs - away.sinceMs : undefined
  return trouble && isAbsent(trouble.truth) ? atMs - trouble.sinceMs : undefined
}
