import { listLines } from '../address-list.ts'
import { matrixLines } from '../address-matrix.ts'
import type { Layout } from '../layout.ts'
import { addressRows } from '../rows.ts'
import { Block } from './block.tsx'
import type { PaneProps } from './pane.tsx'

/** The pane of addresses, with nodes as columns where they fit. */
export function AddressView({ model, theme, box, map }: PaneProps & { map: Layout['map'] }) {
  const draw = map === 'matrix' ? matrixLines : listLines
  return <Block place={box} lines={draw(model, addressRows(model), box.columns, box.bodyRows)} theme={theme} />
}
