import { stringify } from 'smol-toml'
import { type Membership, membersOf } from '../lib/host/found-cluster.ts'
import type { FoundWay } from '../lib/host/found-ways.ts'
import { visible } from './visible.ts'

/** What was found on a host. */
export interface FoundOnHost {
  /** As `--host` names it; undefined for this machine. */
  readonly host: string | undefined
  readonly ways: readonly FoundWay[]
}

/** What config.toml is to have besides. */
export interface ConfigOptions {
  /** Of the cluster. */
  readonly name: string
  readonly sudo: boolean
  readonly via: string | undefined
}

type Settings = Readonly<Record<string, unknown>>

/** A daemon with a place in the configuration, or a reason why it has none. */
interface Placed extends Membership {
  readonly found: FoundOnHost
  readonly way: FoundWay
}

const SETTINGS = ['run', 'network', 'socket', 'config-dir'] as const

/** The text of a config.toml by which `--host NAME` reaches the daemons that were found, with what they are in comments. */
export function discoveryConfig(found: readonly FoundOnHost[], { name, sudo, via }: ConfigOptions): string {
  const placed = place(found)
  const nodes = placed.filter(({ omitted }) => omitted === undefined)
  const comments = placed.flatMap(({ found: { host = 'this machine' }, way, omitted, doubt }) => [
    `${host}: ${way.what}${way.privateAddress === undefined ? '' : `, private address ${way.privateAddress}`}`,
    ...way.remarks.map((remark) => `  ${remark}`),
    ...(omitted === undefined ? (doubt === undefined ? [] : [`  ${doubt}`]) : [`  left out: ${omitted}`]),
  ])
  const document = { clusters: { [name]: { ...clusterOf(nodes), ...(sudo && { sudo }), ...(via !== undefined && { via }) } } }
  return `${comments.map((line) => `# ${visible(line)}\n`).join('')}${escaped(stringify(document))}`
}

/** TOML whose strings have escapes for characters that nobody sees, or that a terminal acts on. Its own lines end in a newline each. */
const escaped = (toml: string): string =>
  toml.replace(/(?![ \n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}]/gu, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })

/** The daemons that can be nodes of one cluster, and the others. */
function place(found: readonly FoundOnHost[]): Placed[] {
  const all = found.flatMap((each) => each.ways.map((way) => ({ found: each, way })))
  const members = membersOf(all.map(({ way }) => way))
  const placed = all.map((each, at): Placed => ({ ...each, ...members[at] }))
  const first = new Map(placed.toReversed().flatMap((each) => (each.omitted === undefined ? [[each.found, each] as const] : [])))
  // Without an address, it can only be the node of its host.
  return placed.map((each) =>
    each.way.privateAddress === undefined && each.omitted === undefined && first.get(each.found) !== each
      ? { ...each, omitted: 'its private address is not known' }
      : each,
  )
}

function clusterOf(nodes: readonly Placed[]): Settings {
  const [first] = nodes
  if (!first) return {}
  const settings = nodes.map(({ way }) => settingsOf(way))
  const isAlone = nodes.every(({ found }) => nodes.filter((other) => other.found === found).length === 1)
  const isAlike = new Set(settings.map((each) => JSON.stringify(each))).size === 1
  const hosts = nodes.map(({ found, way }) => found.host ?? way.privateAddress ?? 'localhost')
  if (isAlone && isAlike) return first.found.host === undefined ? local(first.way) : { hosts, ...settings[0] }
  const [own, bare] = [nodes.filter(({ way }) => way.privateAddress), nodes.filter(({ way }) => !way.privateAddress)]
  return {
    hosts: [...new Set(hosts)],
    nodes: Object.fromEntries(
      own.map(({ found: { host }, way }) => [way.privateAddress, host === undefined ? local(way) : { host, ...settingsOf(way) }]),
    ),
    // What is said of the whole cluster holds for hosts that are no nodes of the table.
    ...(bare[0] && settingsOf(bare[0].way)),
  }
}

/** A node on this machine. */
const local = (way: FoundWay): Settings => ({ way: way.run ? 'command' : 'local', ...settingsOf(way) })

const settingsOf = (way: FoundWay): Settings =>
  Object.fromEntries(SETTINGS.flatMap((key) => (way[key] === undefined ? [] : [[key, way[key]]])))
