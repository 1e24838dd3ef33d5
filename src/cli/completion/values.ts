/** Kinds of words in a command line, other than fixed ones. */
export type Kind =
  | 'cluster'
  | 'command'
  | 'database'
  | 'file'
  | 'iface'
  | 'link'
  | 'pnn'
  | 'pnnList'
  | 'publicIp'
  | 'tunable'
  | 'tunableSetting'

/** What is valid at a place in a command line. */
export interface Values {
  readonly words: readonly string[]
  readonly kinds: readonly Kind[]
}

export const NO_VALUES: Values = { words: [], kinds: [] }

/** How usage texts and options name the values that they accept. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  '<ip>': 'publicIp',
  '<public_ip>': 'publicIp',
  '<iface>': 'iface',
  '<interface>': 'iface',
  '<node>': 'pnn',
  '<pnn>': 'pnn',
  '<pnn-list>': 'pnnList',
  '<dbname|dbid>': 'database',
  '<tunable>': 'tunable',
  '<file>': 'file',
  '[<file>]': 'file',
  '<tdb-file>': 'file',
  '[USER@]HOST[:PORT]': 'cluster',
  PNN: 'pnn',
  'PNN,…': 'pnnList',
  'PNN:IFACE': 'link',
  IP: 'publicIp',
  IFACE: 'iface',
  'TUNABLE=VALUE': 'tunableSetting',
  FILE: 'file',
  PATH: 'file',
  DIR: 'file',
}

/** Words of a usage text that are placeholders, although they have neither `<>` nor capitals. */
const PLACEHOLDERS = ['count']

/**
 * Reads a word of a usage text as `ctdb` writes it: `<ip>`, `up|down`, `[all|<pnn-list>]`. A single word in capitals (`SECONDS`) is a
 * placeholder.
 */
export function valuesOf(pattern: string): Values {
  const kind = KIND_OF[pattern]
  if (kind) return { words: [], kinds: [kind] }
  // A bar within <> does not separate alternatives: <dbname|dbid> is one thing with two names.
  const alternatives = pattern.replaceAll(/^\[|\]$|\.\.\.$/g, '').split(/\|(?![^<]*>)/)
  const isWord = (text: string) =>
    /^[A-Za-z0-9-]+$/.test(text) && !PLACEHOLDERS.includes(text) && (alternatives.length > 1 || !/^[A-Z]+$/.test(text))
  return { words: alternatives.filter(isWord), kinds: alternatives.flatMap((text) => KIND_OF[text] ?? []) }
}

/** The words of a usage text after the command's name: `moveip <ip> <node>`. */
export const usageWords = (usage: string): string[] => usage.split(' ').slice(1)
