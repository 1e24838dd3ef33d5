/** The characters that the C library treats as blanks within a line. */
const LEADING = /^[ \t\v\f\r]+/
const AROUND = /^[ \t\v\f\r]|[ \t\v\f\r]$/g
const isBlank = (character: string | undefined): boolean => character !== undefined && ' \t\v\f\r'.includes(character)

/** A line `NAME = VALUE` of ctdb.conf. */
export interface Setting {
  /** From 1; where the line continues, its first. */
  readonly line: number
  /** In lower case; '' before the first section. */
  readonly section: string
  /** Exact: CTDB tells upper from lower case. */
  readonly name: string
  /** May be empty, which CTDB rejects. */
  readonly value: string
}

export interface ConfigReading {
  /** Those before the invalid line, if there is one. */
  readonly settings: readonly Setting[]
  /** The first line that is invalid: CTDB then goes by none of the settings. */
  readonly invalidLine: number | undefined
}

/**
 * Reads ctdb.conf as CTDB (4.9 to 4.25) does: `[SECTION]` in upper or lower case, then `NAME = VALUE`. Lines that begin with # or ; are
 * comments, and lines without = do not count. A line that ends in \ continues in the next. See ctdb.conf(5).
 */
export function readConfig(text: string): ConfigReading {
  const settings: Setting[] = []
  let section = ''
  for (const { line, content } of settingLines(text)) {
    if (content.startsWith('[')) {
      const end = content.indexOf(']')
      if (end === -1) return { settings, invalidLine: line }
      section = content.slice(1, end).toLowerCase()
      continue
    }
    const at = content.indexOf('=')
    if (at === 0) return { settings, invalidLine: line }
    if (at === -1) continue
    settings.push({ line, section, name: withoutBlanks(content.slice(0, at)), value: withoutBlanks(content.slice(at + 1)) })
  }
  return { settings, invalidLine: undefined }
}

/**
 * A setting in the text of ctdb.conf. The last value counts.
 * @returns undefined if it is not set, or if a line is invalid; '' if it is empty anywhere, in which case CTDB rejects the file.
 */
export function configValue(text: string, section: string, name: string): string | undefined {
  const { settings, invalidLine } = readConfig(text)
  if (invalidLine !== undefined) return undefined
  const values = settings.filter((each) => each.section === section && each.name === name).map(({ value }) => value)
  return values.includes('') ? '' : values.at(-1)
}

/** A part of a line without the blank that is left before and behind it. */
export const withoutBlanks = (text: string): string => text.replace(AROUND, '')

/** The lines with settings, without leading blanks, and with runs of blanks reduced to one; each with the number of its first. */
export function* settingLines(text: string): Generator<{ line: number; content: string }> {
  // Characters, as each continuation would otherwise go through the whole line again.
  let content: string[] = []
  let line = 0
  for (const [index, raw] of text.split('\n').entries()) {
    const start = content.length === 0 ? raw.replace(LEADING, '') : raw
    if (content.length === 0 && /^($|[#;])/.test(start)) continue
    if (content.length === 0) line = index + 1
    append(content, start)
    const last = isBlank(content.at(-1)) ? -2 : -1
    if (content.at(last) === '\\') {
      content.splice(last)
    } else {
      yield { line, content: content.join('') }
      content = []
    }
  }
  if (content.length > 0) yield { line, content: content.join('') }
}

function append(line: string[], text: string): void {
  for (const character of text) if (!isBlank(character) || !isBlank(line.at(-1))) line.push(character)
}

/** Whether a setting is on: `true` or `yes`, in upper or lower case. */
export const isOn = (value: string | undefined): boolean => /^(true|yes)$/i.test(value ?? '')

/** A line of ctdb.conf that CTDB ignores: a setting of a shell script, as `ctdbd.conf` was until 4.8, outside of any section. */
export interface OldSetting {
  /** From 1. */
  readonly line: number
  /** `CTDB_RECOVERY_LOCK`. */
  readonly name: string
}

/** The settings in the text of ctdb.conf that have the form of CTDB before 4.9. */
export function oldSettings(text: string): OldSetting[] {
  return text.split('\n').flatMap((content, index) => {
    const name = /^\s*(?:export\s+)?(CTDB_\w+)=/.exec(content)?.[1]
    return name === undefined ? [] : [{ line: index + 1, name }]
  })
}

/** The cluster lock in the text of ctdb.conf; '' for none. Before 4.16 it was called recovery lock; newer versions accept both names. */
export const lockIn = (configFile: string | null): string =>
  configValue(configFile ?? '', 'cluster', 'cluster lock') ?? configValue(configFile ?? '', 'cluster', 'recovery lock') ?? ''
