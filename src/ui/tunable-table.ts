import { TUNABLES } from '../lib/cluster/tunables.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/** `listvars` as a table for people, with the default of each tunable that has another value. */
export function tunableTable(tunables: readonly { readonly name: string; readonly value: number }[], paint: Paint): string {
  const rows = tunables.map(({ name, value }) => {
    const defaultValue = TUNABLES.find((known) => known.name === name)?.defaultValue
    const changed = defaultValue !== undefined && defaultValue !== value
    return [visible(name), paint(changed ? 'bad' : 'plain', String(value)), changed ? String(defaultValue) : '']
  })
  return table(['Tunable', 'Value', 'Default, if different'], rows)
}
