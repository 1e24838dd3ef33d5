/** What the C library takes for blanks within a line. */
const BLANK = '[ \\t\\v\\f\\r]'
const BLANKS = new RegExp(`(${BLANK})${BLANK}+`, 'g')
const LEADING = new RegExp(`^${BLANK}+`)
const AROUND = new RegExp(`^${BLANK}|${BLANK}$`, 'g')
const CONTINUED = new RegExp(`\\\\${BLANK}?$`)

/**
 * A setting in the text of ctdb.conf, as CTDB (4.17 to 4.25) reads it: `[SECTION]`, in any case of letters, then `NAME = VALUE`, whose name
 * has to be written as it is; a line that begins with # or ; does not count, one that ends in \ goes on in the next. The last one counts.
 * @returns undefined when it is not set, or the file is broken off in a line that is neither: CTDB then takes nothing from it; '' when it
 * is empty anywhere, for which CTDB refuses the file. See ctdb.conf(5).
 */
export function configValue(text: string, section: string, name: string): string | undefined {
  let current = ''
  let value: string | undefined
  for (const line of settingLines(text)) {
    if (line.startsWith('[')) {
      const end = line.indexOf(']')
      if (end === -1) return undefined
      current = line.slice(1, end).toLowerCase()
      continue
    }
    const at = line.indexOf('=')
    if (at === 0) return undefined
    if (at === -1 || current !== section || line.slice(0, at).replace(AROUND, '') !== name) continue
    if (value !== '') value = line.slice(at + 1).replace(AROUND, '')
  }
  return value
}

/** The lines that count, without blanks in front, and with one where there are several. */
function* settingLines(text: string): Generator<string> {
  let line = ''
  for (const raw of text.split('\n')) {
    const start = line === '' ? raw.replace(LEADING, '') : raw
    if (line === '' && /^($|[#;])/.test(start)) continue
    line = (line + start).replace(BLANKS, '$1')
    if (CONTINUED.test(line)) {
      line = line.replace(CONTINUED, '')
    } else {
      yield line
      line = ''
    }
  }
  if (line !== '') yield line
}

/** Whether a setting is on: `true` and `yes` are, in any case of letters. */
export const isOn = (value: string | undefined): boolean => /^(true|yes)$/i.test(value ?? '')
