import type { AddressFileReading, ConfiguredAddress } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import { addressFile, byValue } from './facts.ts'
import type { View } from './view.ts'

/** The line of each address in each node's public addresses file; undefined for a file that could not be read. */
export type FileLines = ReadonlyMap<Pnn, ReadonlyMap<string, ConfiguredAddress> | undefined>

export const fileLines = (view: View): FileLines =>
  new Map(
    view.nodes.map(({ pnn }) => {
      const file = addressFile(view, pnn)
      return [pnn, file && linesOf(file)] as const
    }),
  )

const linesOf = onceFor(
  ({ addresses }: AddressFileReading): ReadonlyMap<string, ConfiguredAddress> =>
    new Map(addresses.map((line) => [line.address, line])),
)

/** The prefix lengths that the files of the other nodes give an address, the most common first. */
export function maskOfOtherFiles(
  files: FileLines,
  pnn: Pnn,
  address: string,
): { readonly bits: number; readonly pnns: readonly Pnn[] }[] {
  const entries = [...files].flatMap(([other, lines]) => {
    const line = other === pnn ? undefined : lines?.get(address)
    return line ? [[other, line.maskBits] as const] : []
  })
  return byValue(entries).map(({ value, pnns }) => ({ bits: value, pnns }))
}
