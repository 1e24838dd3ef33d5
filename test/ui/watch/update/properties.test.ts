import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ClusterState } from '../../../../src/lib/watch/cluster-state.ts'
import { initialModel } from '../../../../src/ui/watch/model/initial-model.ts'
import type { Effect, Message, Model, Pane } from '../../../../src/ui/watch/model/model.ts'
import { bodyRows, cursorIndex, layoutFor, rowKeys } from '../../../../src/ui/watch/model/rows.ts'
import { update } from '../../../../src/ui/watch/reducer.ts'
import { hints, keyHelp } from '../../../../src/ui/watch/update/key-help.ts'
import { KEY_BINDINGS } from '../../../../src/ui/watch/update/keys.ts'
import { takeSeedFromEnvironment } from '../../../support/fast-check.ts'
import {
  addressState,
  emptyPlan,
  entries,
  finding,
  logLine,
  makeClusterState,
  nodeState,
  START_MS,
} from '../../../support/watch-models.ts'

beforeAll(takeSeedFromEnvironment)

const PANES: readonly Pane[] = ['nodes', 'addresses', 'timeline', 'log']
const KINDS: readonly Effect['kind'][] = [
  'quit',
  'suspend',
  'redraw',
  'sample',
  'poll',
  'plan',
  'act',
  'cancel',
  'break',
  'export',
]

const address = fc.oneof(
  fc.tuple(fc.nat(3), fc.nat(60)).map(([net, host]) => `10.0.${net}.${host}`),
  fc.nat(9).map((host) => `fd00::${host}`),
)
const clusterStates: fc.Arbitrary<ClusterState> = fc
  .record({
    nodes: fc.array(fc.record({ flags: fc.constantFrom(0, 0, 1, 2, 4, 0x20), linkUp: fc.boolean() }), { maxLength: 6 }),
    owners: fc.array(
      fc.tuple(address, fc.option(fc.nat(6), { freq: 5 }), fc.constantFrom('held', 'missing', 'twice', 'unseen')),
      {
        maxLength: 80,
      },
    ),
    leader: fc.option(fc.nat(5)),
    seenAtMs: fc.nat(3),
  })
  .map(({ nodes, owners, leader, seenAtMs }) =>
    makeClusterState(0, [], {
      leader,
      seenAtMs,
      nodes: nodes.map(({ flags, linkUp }, pnn) => nodeState(pnn, { flags, links: [{ name: 'eth1', linkUp }] })),
      addresses: [...new Map(owners.map(([text, owner, kernel]) => [text, addressState(text, owner, { kernel })])).values()],
      findings: owners.slice(0, 2).map(([text]) => finding(text)),
    }),
  )

const key = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...new Set(KEY_BINDINGS.flatMap(({ keys }) => keys))) },
  // What leads somewhere has to be pressed often enough for its ways to be walked to their ends.
  { weight: 8, arbitrary: fc.constantFrom('enter', 'y', 'w', 'a', 'j', 'b', '/') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }) },
)

type Step =
  | Message
  | { readonly kind: 'entries'; readonly count: number; readonly cluster: ClusterState }
  | { readonly kind: 'answer'; readonly failed: boolean }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: key.map((name) => ({ kind: 'key' as const, key: name })) },
  { weight: 2, arbitrary: fc.string({ maxLength: 5 }).map((text) => ({ kind: 'typed' as const, text })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: -1, max: 220 }), fc.integer({ min: -1, max: 70 }))
      .map(([columns, rows]) => ({ kind: 'resized' as const, columns, rows })),
  },
  { weight: 1, arbitrary: fc.nat(100_000).map((ms) => ({ kind: 'ticked' as const, nowMs: START_MS + ms })) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('entries' as const), count: fc.nat(30), cluster: clusterStates }) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.string(), { maxLength: 20 })
      .map((lines) => ({ kind: 'logged' as const, lines: lines.map((text) => logLine(text)) })),
  },
  { weight: 5, arbitrary: fc.boolean().map((failed) => ({ kind: 'answer' as const, failed })) },
  { weight: 1, arbitrary: fc.boolean().map((failed) => ({ kind: 'action-ended' as const, text: 'x', failed, nowMs: START_MS })) },
)

const press = (name: string): Step => ({ kind: 'key', key: name })

/** What leads to the ends of long ways, with anything in between. */
const phrases: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.constantFrom('a', 'w', 'b'),
    fc.nat(4),
    fc.array(steps, { maxLength: 2 }),
    fc.boolean(),
    fc.array(steps, { maxLength: 2 }),
  )
  .map(([menu, down, some, failed, others]) => [
    ...[press(menu), ...Array<Step>(down).fill(press('j')), press('enter'), ...some],
    ...[{ kind: 'answer' as const, failed }, ...others, press('y')],
  ])

const happenings = fc
  .array(fc.oneof({ weight: 6, arbitrary: steps.map((step) => [step]) }, { weight: 1, arbitrary: phrases }), {
    maxLength: 80,
    size: 'max',
  })
  .map((list) => list.flat())

/** The message that a step is in a state: entries go on where the last ended, an answer is to a question that was asked. */
function messageOf(step: Step, model: Model): Message {
  if (step.kind === 'answer') {
    const planned = step.failed ? { state: 'failed' as const, why: 'x' } : { state: 'done' as const, plan: emptyPlan }
    return { kind: 'planned', request: model.requests, planned }
  }
  if (step.kind !== 'entries') return step
  const last = (model.backlog?.entries.at(-1) ?? model.timeline.at(-1))?.id ?? 0
  return { kind: 'observed', nowMs: model.nowMs + 1, cluster: step.cluster, entries: entries(last + 1, last + step.count) }
}

interface Happened {
  readonly before: Model
  readonly message: Message
  readonly model: Model
  readonly effects: readonly Effect[]
}

/** Lets it all happen, and looks at each step. */
function walk(first: Model, list: readonly Step[], check: (step: Happened) => void): void {
  list.reduce((before, step) => {
    const message = messageOf(step, before)
    const { model, effects } = update(before, message)
    check({ before, message, model, effects })
    return model
  }, first)
}

const firsts = fc
  .record({ isSimulated: fc.boolean(), readOnly: fc.option(fc.constant('read-only'), { nil: undefined, freq: 3 }) })
  .map((options) => initialModel({ title: 't', intervalMs: 2_000, size: { columns: 80, rows: 24 }, nowMs: START_MS, ...options }))

const always = (check: (step: Happened) => void) =>
  fc.assert(
    fc.property(firsts, happenings, (first, list) => walk(first, list, check)),
    { numRuns: 120 },
  )

describe('whatever happens', () => {
  it('the cursor is on a row and in view, and no line is wasted', () => {
    always(({ model }) => {
      for (const pane of PANES) {
        const count = rowKeys(model, pane).length
        const index = cursorIndex(model, pane)
        const top = model.tops[pane]
        const body = bodyRows(model, pane)
        expect(index).toBeLessThan(count)
        expect(index).toBeGreaterThanOrEqual(count === 0 ? -1 : 0)
        expect(top).toBeGreaterThanOrEqual(0)
        expect(top).toBeLessThanOrEqual(Math.max(0, count - Math.max(1, body)))
        if (body > 0 && count > 0) {
          expect(index).toBeGreaterThanOrEqual(top)
          expect(index).toBeLessThan(top + body)
        }
      }
      expect(layoutFor(model).order).toContain(model.pane)
    })
  })

  it("help and hints can be shown, a menu's cursor is on an item, and effects are known ones", () => {
    always(({ model, effects }) => {
      expect(keyHelp(model).length).toBeGreaterThan(0)
      expect(hints(model).every(({ key: name, does }) => name !== '' && does !== '')).toBe(true)
      const { overlay } = model
      if (overlay?.kind === 'menu') expect(overlay.items[overlay.cursor]).toBeDefined()
      if (overlay && 'top' in overlay) expect(overlay.top).toBeGreaterThanOrEqual(0)
      for (const { kind } of effects) expect(KINDS).toContain(kind)
    })
  })

  it('the cluster is changed only as the user confirmed, with the plan in view, and never when read-only', () => {
    let carriedOut = 0
    always(({ before, message, effects }) => {
      for (const effect of effects) {
        if (effect.kind !== 'act' && effect.kind !== 'break') continue
        carriedOut += 1
        expect(before.readOnly).toBeUndefined()
        if (effect.kind === 'break') {
          expect(before.isSimulated).toBe(true)
          continue
        }
        expect(message).toEqual({ kind: 'key', key: 'y' })
        expect(before.running).toBeUndefined()
        expect(before.overlay).toMatchObject({ kind: 'confirm', action: effect.action })
        expect(before.overlay?.kind === 'confirm' && before.overlay.planned.state).not.toBe('working')
      }
    })
    expect(carriedOut).toBeGreaterThan(0)
  })

  it('every plan request is answered, and made only once', () => {
    always(({ before, model, effects }) => {
      const asked = effects.filter((effect) => effect.kind === 'plan')
      expect(asked.map(({ request }) => request)).toEqual(asked.length === 0 ? [] : [before.requests + 1])
      const due = model.overlay?.kind === 'confirm' ? model.overlay : model.preview
      if (due?.planned.state === 'working') expect(due).toMatchObject({ isPending: true, request: model.requests })
    })
  })

  it('no entry is lost or repeated while the screen is paused', () => {
    always(({ model }) => {
      const ids = [...model.timeline, ...(model.backlog?.entries ?? [])].map(({ id }) => id)
      expect(ids).toEqual(ids.map((_, index) => index + 1))
      expect(model.backlog !== undefined).toBe(model.isPaused)
    })
  })
})
