import { TUNABLES } from '../cluster/tunables.ts'
import type { HostFacts } from '../snapshot/host-facts.ts'
import { isAtLeast } from '../version.ts'
import { settingLines, withoutBlanks } from './config-file.ts'

/**
 * The tunables that a ctdbd takes from ctdb.tunables when it starts and, from 4.23 on, from tunables.d/*.tunables: lines `NAME = VALUE` as in
 * ctdb.conf, but no sections. A value is decimal, 0x… or 0…, and cut to 32 bits; names may be in upper or lower case, and the last value
 * counts. ctdbd complains in its log about a line that is wrong, and goes on without it. See ctdb-tunables(7).
 * @param version that of the node; undefined if it is not known.
 */
export function readTunables(
  { file, directory }: NonNullable<HostFacts['tunablesFiles']>,
  version: string | undefined,
): Record<string, number> {
  const hasDirectory = version !== undefined && isAtLeast(version, 4, 23) === true
  return Object.fromEntries([file ?? '', ...(hasDirectory ? [directory] : [])].flatMap(settingsIn))
}

function settingsIn(text: string): (readonly [name: string, value: number])[] {
  const settings: (readonly [string, number])[] = []
  for (const { content } of settingLines(text)) {
    // CTDB does not read on after these.
    if (/^=|^\[[^\]]*$/.test(content)) break
    const setting = settingIn(content)
    if (setting) settings.push(setting)
  }
  return settings
}

/** A tunable and its value; undefined if the line is wrong. */
function settingIn(line: string): readonly [name: string, value: number] | undefined {
  const at = line.indexOf('=')
  if (at === -1 || line.startsWith('[')) return undefined
  const name = withoutBlanks(line.slice(0, at)).toLowerCase()
  const tunable = TUNABLES.find((each) => each.name.toLowerCase() === name)
  const value = wholeNumber(withoutBlanks(line.slice(at + 1)))
  return tunable && value !== undefined ? [tunable.name, value] : undefined
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn

/** An unsigned number with nothing behind it. */
function wholeNumber(text: string): number | undefined {
  const digits = /^\+?(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text)?.[1]
  if (digits === undefined) return undefined
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return value > MAX_U64 ? undefined : Number(BigInt.asUintN(32, value))
}
