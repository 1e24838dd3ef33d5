// JSON as inputs of targets have it: any document, with any keys.

/** The document in an input; undefined if there is none. */
export function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(input).toString())
  } catch {
    return undefined
  }
}

/** A place in a document that holds a value. */
export interface Slot {
  readonly parent: object
  readonly key: string
}

/** All places below a value, outer ones first. */
export function slotsIn(parent: object): Slot[] {
  return Object.entries(parent).flatMap(([key, value]: [string, unknown]) => [
    { parent, key },
    ...(typeof value === 'object' && value !== null ? slotsIn(value) : []),
  ])
}

/** Like an assignment, but `__proto__` is a key like any other, as in JSON. */
export const define = (parent: object, key: string, value: unknown): void =>
  void Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })

/** What is in a place; undefined if it is gone. An object without a `constructor` of its own still has one of its kind. */
export const valueIn = ({ parent, key }: Slot): unknown => Object.getOwnPropertyDescriptor(parent, key)?.value
