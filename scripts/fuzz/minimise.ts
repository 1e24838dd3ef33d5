import { parsed, slotsIn } from './json.ts'

type Holds = (smaller: Uint8Array) => boolean

/** The input with as much removed as it takes to be as small as it can, while `holds`. Gives up in time. */
export function minimised(input: Uint8Array, withinMs: number, holds: Holds): Uint8Array {
  const end = performance.now() + withinMs
  return withoutParts(withoutValues(input, end, holds), end, holds)
}

/** JSON without the values that do not matter; any other input as it is. */
function withoutValues(input: Uint8Array, end: number, holds: Holds): Uint8Array {
  let smallest = input
  // The place of a value among all; a value that stays is passed over, and what is below it comes next.
  for (let place = 1; performance.now() < end; ) {
    const root = { document: parsed(smallest) }
    const slot = slotsIn(root)[place]
    if (!slot) break
    if (Array.isArray(slot.parent)) slot.parent.splice(Number(slot.key), 1)
    else Reflect.deleteProperty(slot.parent, slot.key)
    const smaller = Buffer.from(JSON.stringify(root.document))
    if (holds(smaller)) smallest = smaller
    else place++
  }
  return smallest
}

function withoutParts(input: Uint8Array, end: number, holds: Holds): Uint8Array {
  let smallest = input
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < smallest.length && performance.now() < end; ) {
      const smaller = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if (holds(smaller)) smallest = smaller
      else at += size
    }
  }
  return smallest
}
