/**
 * A setting in the text of ctdb.conf: `[SECTION]`, then `NAME = VALUE`; the last one counts, names and sections do not care about case,
 * and a line that begins with # or ; does not count. Undefined when it is not set. See ctdb.conf(5).
 */
export function configValue(text: string, section: string, name: string): string | undefined {
  let current = ''
  let value: string | undefined
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line.startsWith('#') || line.startsWith(';')) continue
    const heading = /^\[([^\]]*)\]/.exec(line)
    if (heading) {
      current = (heading[1] ?? '').trim().toLowerCase()
      continue
    }
    const at = line.indexOf('=')
    if (at === -1 || current !== section) continue
    const key = line.slice(0, at).trim().replace(/\s+/g, ' ').toLowerCase()
    if (key === name) value = line.slice(at + 1).trim()
  }
  return value
}

/** Whether a setting is on: `true` and `yes` are, in any case of letters. */
export const isOn = (value: string | undefined): boolean => /^(true|yes)$/i.test(value ?? '')
