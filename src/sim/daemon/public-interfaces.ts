import type { ValueOf } from '../../lib/wire/codec.ts'
import type { networkInterface } from '../../lib/wire/structs.ts'

/** An interface in the answers to controls. */
export type InterfaceRecord = ValueOf<typeof networkInterface>

/** An interface that the public addresses file names. */
export interface PublicInterface {
  readonly name: string
  linkUp: boolean
  /** How many addresses the node has assigned to it. */
  references: number
}

/** The interface name in logs and script arguments for an address that is on no interface. */
const NO_INTERFACE = '__none__'

/** The interfaces of a node's public addresses. */
export class PublicInterfaces {
  private readonly byName = new Map<string, PublicInterface>()

  find(name: string): PublicInterface | undefined {
    return this.byName.get(name)
  }

  /** The interface with this name, which is added unless it is known. Its link counts as up until the first monitor event. */
  add(name: string): PublicInterface {
    const found = this.byName.get(name) ?? { name, linkUp: true, references: 0 }
    this.byName.set(name, found)
    return found
  }

  delete(name: string): void {
    this.byName.delete(name)
  }

  /** CTDB lists interfaces, like addresses, from the newest to the oldest. */
  records(): InterfaceRecord[] {
    return [...this.byName.values()].reverse().map(interfaceRecord)
  }
}

export const nameOf = (found: PublicInterface | undefined): string => found?.name ?? NO_INTERFACE

export const interfaceRecord = ({ name, linkUp, references }: PublicInterface): InterfaceRecord => ({
  name,
  linkState: Number(linkUp),
  references,
})

/** The interface with a link and the fewest addresses; of several, the first in the file. */
export function bestInterface(candidates: readonly PublicInterface[]): PublicInterface | undefined {
  const usable = candidates.filter(({ linkUp }) => linkUp)
  return usable.reduce<PublicInterface | undefined>(
    (best, each) => (best && best.references <= each.references ? best : each),
    undefined,
  )
}

/** Whether an address moves to `best`: its interface has no link, or has at least two addresses more. */
export const isBetter = (best: PublicInterface, current: PublicInterface | undefined): boolean =>
  current !== undefined && current !== best && (!current.linkUp || current.references > best.references + 1)
