import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { OwnerSpan } from '../../../src/lib/history/owners.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { lanesOf } from '../../../src/ui/history/page/lanes.ts'
import { historyPage, type PageContent } from '../../../src/ui/history/page/page.ts'

const FROM = Date.UTC(2026, 0, 2, 10)
const TO = FROM + 3_600_000
const time = { fromMs: FROM, toMs: TO }
const span = (owner: OwnerSpan['owner'], second: number): OwnerSpan => ({ owner, fromMs: FROM + second * 1_000 })

const entry = (id: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id,
  atMs: FROM + id * 60_000,
  kind: 'address',
  what: 'moved',
  text: '10.0.0.1 moved from node 0 to node 1',
  tone: 'good',
  pnns: [0, 1],
  addresses: ['10.0.0.1'],
  lines: [],
  ...more,
})

const page = (content: Partial<PageContent> = {}): string =>
  historyPage({
    history: {
      ...time,
      owners: new Map([['10.0.0.1', [span(0, -9), span(null, 60), span(1, 62), span(undefined, 1_800), span(9, 2_400)]]]),
    },
    entries: [entry(1)],
    addresses: [],
    sinceMs: undefined,
    untilMs: undefined,
    about: ['Logs of 2 nodes'],
    ...content,
  })

describe('the page of a history', () => {
  it('has a lane for each address, whose bars name the owner, and the events', () => {
    const text = page()
    expect(text).toContain('<title>node 0, from ')
    const classes = [...text.matchAll(/<rect class="(?:bar )?([a-z0-9]+)"/g)].map(([, name]) => name)
    expect(classes).toEqual(['n0', 'none', 'n1', 'unknown', 'n1', 'stripes'])
    expect(text).toMatch(/<text [^>]+>node 9<\/text>/)
    expect(text).toMatch(
      /<li id="e1"><a class="good" href="#e1" data-x="[\d.]+"><span>1<\/span><time datetime="2026-01-02T10:01:00.000Z">/,
    )
    expect(text).toContain('<p class="quiet">Logs of 2 nodes</p>')
    expect(page()).toBe(text)
  })

  it('needs nothing from elsewhere, and allows nothing but its own style and script', () => {
    const text = page()
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1] ?? ''
    for (const tag of ['style', 'script']) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ''
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`)
    }
    expect(policy).toContain("default-src 'none'")
    expect(text).not.toMatch(/https?:|\ssrc=|@import| on[a-z]+=| style=/)
  })

  it('takes texts of logs for texts', () => {
    const evil = `</script><img src=x onerror="a('b')">&\u001b[31m\u202e`
    const text = page({
      entries: [entry(1, { text: evil, cause: evil, check: evil, tone: 'error' })],
      about: [evil],
      history: { ...time, owners: new Map([[evil, [span(0, -1), span(1, 5)]]]) },
    })
    expect(text).not.toContain('<img')
    for (const char of ['\u001b', '\u202e']) expect(text).not.toContain(char)
    expect(text).toContain('&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;\\x1b[31m')
    expect(text.match(/<\/script>/g)).toHaveLength(1)
  })

  it('shows the addresses and the time that are wanted, and what nothing is known of', () => {
    const owners = new Map([
      ['10.0.0.1', [span(0, -1), span(1, 5)]],
      ['10.0.0.2', [span(0, -1)]],
    ])
    const text = page({ history: { ...time, owners }, addresses: ['10.0.0.2'], sinceMs: FROM + 60_000, untilMs: FROM + 120_000 })
    expect(text).not.toContain('>10.0.0.1</text>')
    expect(text).toContain('>10.0.0.2</text>')
    expect(page({ history: { ...time, owners: new Map() }, entries: [] })).toContain('No address is known.')
  })

  it('shows no owner for a time after the last line', () => {
    const text = page({ sinceMs: TO + 60_000, entries: [] })
    expect(text).toContain('No address is known.')
    expect(text).not.toContain('node 0')
  })

  it('stays small, however much there is', () => {
    const addresses = Array.from({ length: 2_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    const busy = Array.from({ length: 2_000 }, (_, index) => span(index % 3, index * 1.7))
    const owners = new Map(addresses.map((address, index) => [address, index < 300 ? busy : [span(0, -1)]]))
    const text = page({ history: { ...time, owners }, entries: Array.from({ length: 12_000 }, (_, index) => entry(index + 1)) })
    expect(text).toContain('1800 addresses without a lane')
    expect(text).toContain('The first 2000 are left out')
    expect(text).toContain('id="e12000"')
    expect(text.length).toBeLessThan(12 << 20)
  })

  it('knows no owner at times that are there twice, with another one', () => {
    const spans = [span(0, 0), span(undefined, 101), span(1, 40), span(undefined, 121)]
    const [lane] = lanesOf(new Map([['10.0.0.1', spans]]), time).lanes
    const bars = lane?.bars.map(({ owner, fromMs }) => [owner, (fromMs - FROM) / 1_000])
    expect(bars).toEqual([
      [0, 0],
      [undefined, 40],
      [1, 101],
      [undefined, 121],
    ])
  })

  it('draws as one bar what is too short to be seen', () => {
    const spans = [
      span(0, -1),
      ...Array.from({ length: 9 }, (_, index) => span((index % 2) + 1, 100 + index * 0.1)),
      span(0, 200),
    ]
    const [lane] = lanesOf(new Map([['10.0.0.1', spans]]), time).lanes
    expect(lane?.bars.map(({ owner }) => owner)).toEqual([0, 'many', 1, 0])
  })
})
