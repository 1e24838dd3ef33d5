import { TUNABLES } from '../lib/cluster/tunables.ts'
import { type Paint, table } from './table.ts'
import { visible } from './visible.ts'

/** `listvars` as a table for people, which shows what is not as CTDB has it by itself. */
export function tunableTable(tunables: readonly { readonly name: string; readonly value: number }[], paint: Paint): string {
  const rows = tunables.map(({ name, value }) => {
    const usual = TUNABLES.find((known) => known.name === name)?.defaultValue
    const changed = usual !== undefined && usual !== value
    return [visible(name), paint(changed ? 'bad' : 'plain', String(value)), changed ? String(usual) : '']
  })
  return table(['Tunable', 'Value', 'Default, where other'], rows)
}
