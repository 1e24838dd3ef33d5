import { type Codec, decode } from '../../../src/lib/wire/codec.ts'
import { controls } from '../../../src/lib/wire/controls.ts'
import { publicIpInterfacesOf } from '../../../src/operations/collect/ip.ts'
import { ctdbDbStatusText } from '../../../src/ui/ctdb/databases.ts'
import { ctdbInterfacesText, ctdbIpInfoText, ctdbTicklesText } from '../../../src/ui/ctdb/interfaces.ts'
import { ctdbListNodesText } from '../../../src/ui/ctdb/nodes.ts'
import { ctdbDbStatisticsText, ctdbStatisticsText } from '../../../src/ui/ctdb/statistics.ts'
import { ctdbStatusText } from '../../../src/ui/ctdb/status.ts'
import { ctdbTunableLine } from '../../../src/ui/ctdb/tunables.ts'
import { ctdbUptimeText, uptimeJson } from '../../../src/ui/ctdb/uptime.ts'
import { jsonText } from '../../../src/ui/json.ts'
import { dbStatisticsJson, statisticsJson } from '../../../src/ui/statistics-json.ts'
import { assertHarmless } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const STYLES = [{ verbose: true }, { verbose: true, separator: '|' }]

/** The texts in which a reply of a daemon is shown. */
type Show = (bytes: Uint8Array) => string[]
const shownBy =
  <T>({ reply }: { readonly reply: Codec<T> }, show: (value: T) => string[]): Show =>
  (bytes) =>
    show(decode(reply, bytes))

const SHOWN: readonly Show[] = [
  shownBy(controls.getIfaces, (list) =>
    STYLES.map((style) =>
      ctdbInterfacesText(
        0,
        list.map(({ linkState, ...each }) => ({ ...each, linkUp: linkState !== 0 })),
        style,
      ),
    ),
  ),
  shownBy(controls.getPublicIpInfo, (info) => [ctdbIpInfoText(0, { ...info.ip, interfaces: publicIpInterfacesOf(info) })]),
  shownBy(controls.getTcpTickleList, (tickles) => STYLES.map((style) => ctdbTicklesText(tickles, style))),
  shownBy(controls.getNodeMap, (nodes) => [
    ...STYLES.map((style) => ctdbListNodesText(nodes, style)),
    ...STYLES.map((style) =>
      ctdbStatusText({ thisNode: 0, nodes: nodes.map((node) => ({ ...node, partiallyOnline: false })) }, style),
    ),
  ]),
  shownBy(controls.uptime, (times) => [ctdbUptimeText(0, times), jsonText(uptimeJson(times))]),
  shownBy(controls.statistics, (record) => [
    ...STYLES.map((style) => ctdbStatisticsText([record], style)),
    jsonText(statisticsJson(record)),
  ]),
  shownBy(controls.getDbStatistics, (record) => [ctdbDbStatisticsText('db', record), jsonText(dbStatisticsJson(record))]),
  shownBy(controls.listTunables, (names) => names.map((name) => ctdbTunableLine({ name, value: 0 }))),
  shownBy(controls.getDbPath, (text) => {
    const flags = { persistent: true, replicated: true, sticky: true, readOnly: true }
    return [ctdbDbStatusText({ id: 1, name: text, path: text, health: text, ...flags })]
  }),
]

/** A number that says of which control a reply is, and its data. */
export const target: FuzzTarget = {
  covers: ['src/ui/ctdb/{interfaces,statistics,tunables,uptime,time}.ts', 'src/ui/visible.ts'],
  refusals: ['DECODE'],
  seeds: () =>
    SHOWN.flatMap((_, index) => [0, 56, 700, 900].map((size) => Buffer.concat([Buffer.of(index), Buffer.alloc(size)]))),
  check([first = 0, ...rest]) {
    for (const text of SHOWN[first % SHOWN.length]?.(Uint8Array.from(rest)) ?? []) assertHarmless(text)
  },
}
