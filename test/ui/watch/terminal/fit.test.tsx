import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../../../src/ui/watch/draw/text-columns.ts'
import { GROUPINGS, type Model, type Overlay, SORTS } from '../../../../src/ui/watch/model/model.ts'
import { frameText } from '../../../../src/ui/watch/terminal/frame-text.tsx'
import { takeSeedFromEnvironment } from '../../../support/fast-check.ts'
import { logLine } from '../../../support/watch-models.ts'
import { entry, finding, NOW, watched } from '../models.ts'
import { previewOf } from './previews.ts'

takeSeedFromEnvironment()

const NASTY = 'e\x1b[31mth\x9b2J\u202e日本🚀\r\n'
const texts = fc.oneof(
  fc.constantFrom('eth0', 'a rather long name of an interface', NASTY),
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
)
const kernels = fc.constantFrom('held', 'missing', 'elsewhere', 'twice', 'stray', 'unseen', 'none')

const addresses = fc.record({
  address: fc.constantFrom('10.0.0.1', '192.168.100.200', 'fd00:1111:2222:3333:4444:5555:6666:7777', NASTY),
  owner: fc.constantFrom(null, 0, 1, 63),
  interfaceName: fc.option(texts),
  kernel: kernels,
  heldBy: fc.subarray([0, 1, 2, 63]),
  claims: fc.subarray([0, 1, 2, 63]),
  sinceMs: fc.constantFrom(null, NOW - 5000, NOW - 90_000_000),
  awaySinceMs: fc.constantFrom(null, NOW - 5000, NOW - 90_000_000),
})
const nodes = fc.record({
  flags: fc.integer({ min: 0, max: 0x7f }),
  runState: fc.constantFrom(undefined, 'RUNNING', 'FIRST_RECOVERY'),
  answers: fc.boolean(),
  links: fc.array(fc.record({ name: texts, linkUp: fc.boolean() }), { maxLength: 5 }),
  blind: fc.option(
    texts.map((why) => ({ why, sinceMs: NOW - 4000, retryAtMs: NOW + 4000 })),
    { nil: undefined },
  ),
})
const overlays: fc.Arbitrary<Overlay | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: fc.constant('help' as const), top: fc.nat(100) }),
  fc.record({ kind: fc.constant('address' as const), address: fc.constantFrom('10.0.0.2', NASTY), top: fc.nat(100) }),
  fc.record({ kind: fc.constant('node' as const), pnn: fc.nat(70), top: fc.nat(100) }),
  fc.record({ kind: fc.constant('entry' as const), id: fc.nat(12), top: fc.nat(100) }),
  fc.record({
    kind: fc.constant('menu' as const),
    title: texts,
    items: fc.array(fc.record({ label: texts, isOn: fc.boolean() }), { maxLength: 40 }),
    cursor: fc.nat(40),
  }),
  fc.record({
    kind: fc.constant('confirm' as const),
    action: fc.constant({ kind: 'disable' as const, pnn: 1 }),
    request: fc.constant(1),
    planned: fc.constantFrom(
      { state: 'working' as const },
      { state: 'failed' as const, why: NASTY },
      previewOf([{ kind: 'down', pnn: 1 }], { nodes: 4, addresses: 20 }).planned,
    ),
    top: fc.nat(100),
  }),
  fc.record({
    kind: fc.constant('input' as const),
    of: fc.constantFrom('filter' as const, 'export' as const),
    text: texts,
    before: texts,
  }),
)

const models: fc.Arbitrary<Model> = fc
  .record({
    size: fc.oneof(
      fc.record({ columns: fc.integer({ min: 20, max: 220 }), rows: fc.integer({ min: 3, max: 60 }) }),
      fc.record({ columns: fc.integer({ min: 1, max: 30 }), rows: fc.integer({ min: 1, max: 6 }) }),
    ),
    nodeCount: fc.constantFrom(1, 2, 4, 9, 64),
    addressCount: fc.constantFrom(0, 3, 20, 300),
    nodeChanges: fc.array(nodes, { maxLength: 4 }),
    addressChanges: fc.array(addresses, { maxLength: 12 }),
    model: fc.record({
      title: texts,
      isPaused: fc.boolean(),
      isSimulated: fc.boolean(),
      pane: fc.constantFrom('nodes' as const, 'addresses' as const, 'timeline' as const, 'log' as const),
      sort: fc.constantFrom(...SORTS),
      grouping: fc.constantFrom(...GROUPINGS),
      filter: fc.constantFrom('', '10.0.0.1', NASTY),
      timeline: fc
        .array(texts, { maxLength: 12 })
        .map((all) => all.map((text, id) => entry(id, { text, cause: text, awayMs: 100 }))),
      log: fc.array(texts, { maxLength: 12 }).map((all) => all.map((text, id) => ({ id, ...logLine(text) }))),
    }),
    overlay: overlays,
    preview: fc.option(fc.constant(previewOf([{ kind: 'down', pnn: 1 }], { nodes: 4, addresses: 20 })), { nil: undefined }),
    notice: fc.option(
      texts.map((text) => ({ text, tone: 'error' as const, untilMs: NOW + 1000 })),
      { nil: undefined },
    ),
    blind: fc.option(
      texts.map((why) => ({ why, sinceMs: NOW - 4000, retryAtMs: NOW + 4000 })),
      { nil: undefined },
    ),
    isSnapshotThere: fc.boolean(),
  })
  .map(({ size, nodeCount, addressCount, nodeChanges, addressChanges, model, overlay, preview, notice, blind, ...more }) => {
    const made = watched({
      nodes: nodeCount,
      addresses: addressCount,
      ...size,
      nodeChanges: Object.fromEntries(nodeChanges.entries()),
      addressChanges: Object.fromEntries(addressChanges.entries()),
      cluster: {
        findings: [finding(NASTY)],
        ...(blind && { blind }),
        ...(more.isSnapshotThere && { recoverySinceMs: NOW - 9000 }),
      },
      model: { ...model, ...(overlay && { overlay }), ...(preview && { preview }), ...(notice && { notice }) },
    })
    if (more.isSnapshotThere) return made
    const { snapshot: _, ...cluster } = made.cluster
    return { ...made, cluster }
  })

const CONTROL = /[\p{Cc}\u202e]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours are what may be there.
const COLOURS = /\x1b\[[\d;]*m/g

const backgrounds = fc.constantFrom('dark', 'light', 'none')

describe('every screen', () => {
  it('is never larger than the terminal, and contains only text and colours', () => {
    fc.assert(
      fc.property(models, backgrounds, fc.boolean(), (model, background, ascii) => {
        const lines = frameText(model, { background, ascii }).split('\n')
        expect(lines.length).toBeLessThanOrEqual(model.size.rows)
        for (const line of lines) {
          const text = line.replaceAll(COLOURS, '')
          expect(CONTROL.test(text), JSON.stringify(text)).toBe(false)
          expect(columnsOf(stripVTControlCharacters(line)), JSON.stringify(line)).toBeLessThanOrEqual(model.size.columns)
          if (ascii) expect(text).toMatch(/^[ -~]*$/)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('uses only bold and inverse when colours are off', () => {
    fc.assert(
      fc.property(models, (model) => {
        const codes = new Set(frameText(model, { background: 'none', ascii: false }).match(COLOURS))
        for (const code of codes) expect(['\x1b[1m', '\x1b[22m', '\x1b[7m', '\x1b[27m']).toContain(code)
      }),
      { numRuns: 100 },
    )
  })

  it('uses only the sixteen colours of the terminal, and no background', () => {
    fc.assert(
      fc.property(models, backgrounds, (model, background) => {
        const codes = new Set(frameText(model, { background, ascii: false }).match(COLOURS))
        for (const code of codes) expect(code.slice(1)).toMatch(/^\[(?:[1-9]|2[2-9]|3[0-79]|9[0-7])m$/)
      }),
      { numRuns: 100 },
    )
  })

  it('has no yellow or cyan on a light background, where they cannot be read', () => {
    fc.assert(
      fc.property(models, (model) => {
        const codes = new Set(frameText(model, { background: 'light', ascii: false }).match(COLOURS))
        for (const code of ['\x1b[33m', '\x1b[36m', '\x1b[93m', '\x1b[96m']) expect(codes).not.toContain(code)
      }),
      { numRuns: 100 },
    )
  })
})
