import { inOrder, type OwnerSpan, type OwnerSpans } from '../../history/owners.ts'
import { SEEN_MS, type SeenSpan } from './span.ts'

/** Who owned what when: as it was seen, and as the logs say where it was not. */
export function joinedOwners(seen: readonly SeenSpan[], logged: OwnerSpans): OwnerSpans {
  const addresses = new Set([...seen.flatMap(({ segment }) => [...segment.owners.keys()]), ...logged.keys()])
  return inOrder(new Map([...addresses].map((address) => [address, ownersOf(address, seen, logged.get(address) ?? [])])))
}

function ownersOf(address: string, seen: readonly SeenSpan[], logged: readonly OwnerSpan[]): readonly OwnerSpan[] {
  const joined: OwnerSpan[] = []
  addAll(joined, before(logged, seen[0]?.fromMs))
  seen.forEach((span, index) => {
    const { clock, owners } = span.segment
    const own = (owners.get(address) ?? []).map((each) => ({ ...each, fromMs: each.fromMs - clock.offsetMs }))
    correct(joined, own[0]?.owner, span)
    addAll(joined, own.length > 0 ? own : [{ owner: undefined, fromMs: span.fromMs }])
    addAll(joined, after(logged, span, { last: joined.at(-1), untilMs: seen[index + 1]?.fromMs }))
  })
  return joined
}

function addAll(joined: OwnerSpan[], spans: readonly OwnerSpan[]): void {
  for (const span of spans) if (joined.length === 0 || joined.at(-1)?.owner !== span.owner) joined.push(span)
}

const before = (logged: readonly OwnerSpan[], ms: number | undefined): readonly OwnerSpan[] =>
  logged.filter(({ fromMs }) => fromMs < (ms ?? Number.POSITIVE_INFINITY))

/** What logs say of the time before something was seen is not so if that is different, unless it has just changed. */
function correct(joined: OwnerSpan[], owner: OwnerSpan['owner'], { fromMs, slackMs }: SeenSpan): void {
  const last = joined.at(-1)
  if (!last || last.owner === owner || isNear(last, fromMs, slackMs)) return
  joined.pop()
  addAll(joined, [{ owner: undefined, fromMs: last.fromMs }])
}

const isNear = ({ fromMs }: OwnerSpan, ms: number, slackMs: number): boolean => fromMs >= ms - slackMs - SEEN_MS

/** What logs say of the time after something was seen: from the next change on, if they do not agree with what was seen last. */
function after(
  logged: readonly OwnerSpan[],
  { toMs, slackMs }: SeenSpan,
  { last, untilMs = Number.POSITIVE_INFINITY }: { readonly last: OwnerSpan | undefined; readonly untilMs: number | undefined },
): readonly OwnerSpan[] {
  const then = logged.findLast(({ fromMs }) => fromMs <= toMs)
  const isBelieved = then !== undefined && (then.owner === last?.owner || isNear(then, toMs, slackMs))
  const later = logged.filter(({ fromMs }) => fromMs > toMs && fromMs < untilMs)
  return [{ owner: isBelieved ? then.owner : undefined, fromMs: toMs + 1 }, ...later]
}
