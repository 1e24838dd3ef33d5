import { readFileSync } from 'node:fs'

/** One run of the real tool, with all packets that went over the daemon's socket meanwhile. */
export interface GoldenRun {
  readonly version: string
  readonly argv: readonly string[]
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly packets: readonly GoldenPacket[]
}

export interface GoldenPacket {
  /** `c`: sent by the client, `s`: by the daemon. */
  readonly from: 'c' | 's'
  readonly bytes: Buffer
}

interface WireFile {
  readonly runs: readonly (Omit<GoldenRun, 'packets' | 'version'> & { readonly packets: readonly ['c' | 's', string][] })[]
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'))

const packets = (list: readonly ['c' | 's', string][]): GoldenPacket[] =>
  list.map(([from, hex]) => ({ from, bytes: Buffer.from(hex, 'hex') }))

/** All runs of both goldens. */
export const goldenRuns: readonly GoldenRun[] = ['4.17', '4.25'].flatMap((version) =>
  (read(`wire-${version}.json`) as WireFile).runs.map((run) => ({ ...run, version, packets: packets(run.packets) })),
)

/** Exchanges with the event daemon. */
export const goldenEventExchanges: readonly (readonly GoldenPacket[])[] = (
  read('eventd-4.17.json') as { exchanges: readonly (readonly ['c' | 's', string][])[] }
).exchanges.map(packets)
