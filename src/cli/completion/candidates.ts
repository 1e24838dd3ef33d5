import { TUNABLES } from '../../lib/cluster/tunables.ts'
import type { CommandInfo, Cursor, FlagInfo } from './cursor.ts'
import type { Candidate, LiveValues } from './live.ts'
import type { Kind } from './values.ts'

/** Tells the shell to complete file names. */
export const FILES = '<files>'

/** Values that no shell interprets in any way, and that do not look like options. */
const SAFE_VALUE = /^[A-Za-z0-9:][A-Za-z0-9._:/@%+,=-]*$/

/**
 * The candidates for the word at the cursor that begin with what is typed.
 * @throws as `live` does.
 */
export async function candidatesAt(
  { expects, lead, typed, flags }: Cursor,
  commands: readonly CommandInfo[],
  live: LiveValues,
  clusters: () => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[] | typeof FILES> {
  if (expects === 'option') return optionCandidates(flags).filter(({ value }) => value.startsWith(typed))
  if (expects.kinds.includes('file')) return FILES
  const words = expects.words.map((value) => ({ value, meaning: '' }))
  const found = await Promise.all(expects.kinds.map((kind) => FIND[kind]({ typed, commands, live, clusters })))
  return [...words, ...found.flat()]
    .filter(({ value }) => value.startsWith(typed) && SAFE_VALUE.test(value))
    .map(({ value, meaning }) => ({ value: `${lead}${value}`, meaning }))
}

function optionCandidates(flags: Readonly<Record<string, FlagInfo>>): Candidate[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden)
  const named = (name: string, { summary = '' }: FlagInfo) => ({ value: name, meaning: summary })
  return [
    ...shown.map(([long, flag]) => named(`--${long}`, flag)),
    { value: '--help', meaning: 'show help' },
    ...shown.flatMap(([, flag]) => (flag.char === undefined ? [] : named(`-${flag.char}`, flag))),
  ]
}

interface Lookup {
  readonly typed: string
  readonly commands: readonly CommandInfo[]
  readonly live: LiveValues
  /** The names of clusters in the configuration. */
  readonly clusters: () => Promise<readonly Candidate[]>
}

/** What can follow in a list that is typed: `0,2,`. */
function inList(typed: string, candidates: readonly Candidate[]): Candidate[] {
  const listed = typed.split(',').slice(0, -1)
  const others = candidates.filter(({ value }) => !listed.includes(value))
  return others.map(({ value, meaning }) => ({ value: [...listed, value].join(','), meaning }))
}

type Find = (lookup: Lookup) => readonly Candidate[] | Promise<readonly Candidate[]>

const FIND: Readonly<Record<Exclude<Kind, 'file'>, Find>> & { readonly file: Find } = {
  cluster: async ({ typed, clusters }) => inList(typed, await clusters()),
  command: ({ commands }) =>
    commands.filter(({ hidden }) => !hidden).map(({ id, summary = '' }) => ({ value: id, meaning: summary })),
  database: ({ live }) => live.databases(),
  file: () => [],
  iface: ({ live }) => live.interfaces(),
  link: async ({ typed, live }) => {
    const pnn = /^(\d{1,9}):/.exec(typed)?.[1]
    if (pnn === undefined) return (await live.nodes()).map(({ value, meaning }) => ({ value: `${value}:`, meaning }))
    return (await live.interfaces(Number(pnn))).map(({ value, meaning }) => ({ value: `${pnn}:${value}`, meaning }))
  },
  pnn: ({ live }) => live.nodes(),
  pnnList: async ({ typed, live }) => inList(typed, await live.nodes()),
  publicIp: ({ live }) => live.publicIps(),
  tunable: () => tunableNames().map((value) => ({ value, meaning: '' })),
  tunableSetting: () => tunableNames().map((name) => ({ value: `${name}=`, meaning: '' })),
}

const tunableNames = (): string[] => TUNABLES.filter((tunable) => !('obsolete' in tunable)).map(({ name }) => name)
