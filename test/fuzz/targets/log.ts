import assert from 'node:assert/strict'
import { historyOf } from '../../../src/lib/history/history.ts'
import { LogStore } from '../../../src/lib/history/log-store.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { summaryOf } from '../../../src/lib/history/summary.ts'
import { explainedText, historyHead, historyLine, ownersTable, summaryText, unknownText } from '../../../src/ui/history/text.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const NOW = new Date(Date.UTC(2027, 0, 1))
const NIGHT = `2026-11-28T18:53:02.680823+00:00 node0 ctdbd[1]: Release of IP 10.0.0.31/24 on interface eth1  node:1
2026-11-28T18:53:02.681129+00:00 node1 ctdb-recoverd[127]: Takeover run starting
2026-11-28T18:53:03.682091+00:00 node1 ctdbd[2]: Takeover of IP 10.0.0.31/24 on interface eth1
2026-11-28T18:53:04.682091+00:00 node1 ctdbd[2]: Dropping all public IP addresses
2026-11-28T18:53:05.682091+00:00 node1 ctdbd[2]: Released 1 public IPs
`
const FIELDS = { __REALTIME_TIMESTAMP: '1795890782557000', _HOSTNAME: 'node2', SYSLOG_IDENTIFIER: 'ctdbd' }

/** A store that has read the log in pieces of some length. */
function readIn(text: string, length: number): LogStore {
  const store = new LogStore({ fromLocal: (ms) => ms, nowMs: NOW.getTime() })
  const reader = store.open('log', 0)
  for (let from = 0; from < text.length; from += length) reader.push(text.slice(from, from + length))
  reader.end()
  return store
}

const eventsOf = ({ sources, logs }: LogStore) => ({
  counts: logs.map(({ counts }) => counts),
  sources: sources.map(({ host, steps, events }) => ({ host, steps, events: events.map(({ source: _, ...event }) => event) })),
})

/** Logs in all shapes, and the story of what they say. */
export const target: FuzzTarget = {
  covers: ['src/lib/history/*.ts', 'src/lib/history/story/*.ts', 'src/lib/log/{reader,template}.ts'],
  refusals: [],
  words: [
    '> ',
    '<29>1 ',
    '==> node1.log <==\n',
    'node 1:\n',
    'MESSAGE=',
    'server/x.c:7 ',
    'ctdbd[1]: ',
    ' -0x1 ',
    '+00:00',
    'node:-1',
    '\r\n',
  ],
  seeds: () => [
    NIGHT,
    NIGHT.replaceAll(/^/gm, '> '),
    '2017/05/14 12:31:00.793190 [recoverd:862344]: Trigger takeoverrun\nNov 28 16:33:26 node2 ctdbd[71]: Stopping node\n',
    '<29>1 2026-11-28T16:33:26+01:00 node2 ctdbd 71 - - Banning this node for 20 seconds\n',
    JSON.stringify({ ...FIELDS, MESSAGE: 'Stopping node' }),
    `__CURSOR=s=1\n${Object.entries(FIELDS)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')}MESSAGE=Stopping node\n\n`,
  ],
  check(input) {
    const text = Buffer.from(input).toString('latin1')
    const store = readIn(text, 1 << 20)
    assert.deepEqual(eventsOf(readIn(text, 7)), eventsOf(store))
    const history = historyOf(store)
    const style = { now: NOW, paint: (each: string) => each }
    assertHarmless(historyHead(history, store.logs, NOW))
    assertHarmless(unknownText(store.logs))
    assertHarmless(summaryText(summaryOf(history)))
    assertHarmless(ownersTable(ownersAt(history.owners, NOW.getTime()), NOW))
    for (const entry of history.entries) {
      assertHarmless(historyLine(entry, style))
      assertHarmless(explainedText(entry, style))
    }
  },
}
