/** What a word of a command line can be, when it is none of a few fixed ones. */
export type Kind = 'command' | 'file' | 'iface' | 'link' | 'pnn' | 'pnnList' | 'publicIp' | 'tunable' | 'tunableSetting'

/** What can stand in a place of a command line. */
export interface Values {
  readonly words: readonly string[]
  readonly kinds: readonly Kind[]
}

export const NO_VALUES: Values = { words: [], kinds: [] }

/** How usage texts and options name what they take. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  '<ip>': 'publicIp',
  '<public_ip>': 'publicIp',
  '<iface>': 'iface',
  '<interface>': 'iface',
  '<node>': 'pnn',
  '<pnn>': 'pnn',
  '<pnn-list>': 'pnnList',
  '<tunable>': 'tunable',
  '<file>': 'file',
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

/** Words of a usage that stand for something, without saying so by `<>` or capitals. */
const PLACEHOLDERS = ['count']

/**
 * Reads a word of a usage as `ctdb` writes it: `<ip>`, `up|down`, `[all|<pnn-list>]`. What stands alone in capitals (`SECONDS`) stands
 * for a value.
 */
export function valuesOf(pattern: string): Values {
  const kind = KIND_OF[pattern]
  if (kind) return { words: [], kinds: [kind] }
  // An alternative within <> is none: <dbname|dbid> is one thing with two names.
  const alternatives = pattern.replaceAll(/^\[|\]$|\.\.\.$/g, '').split(/\|(?![^<]*>)/)
  const isWord = (text: string) =>
    /^[A-Za-z0-9-]+$/.test(text) && !PLACEHOLDERS.includes(text) && (alternatives.length > 1 || !/^[A-Z]+$/.test(text))
  return { words: alternatives.filter(isWord), kinds: alternatives.flatMap((text) => KIND_OF[text] ?? []) }
}

/** Words of a usage behind the command's name: `moveip <ip> <node>`. */
export const usageWords = (usage: string): string[] => usage.split(' ').slice(1)
