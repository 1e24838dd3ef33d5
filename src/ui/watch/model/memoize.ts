/**
 * Returns a function that reuses its last result while all inputs are the same as in the last call. Inputs are compared by identity, so
 * they must not be changed in place.
 */
export function memoizeLast<A extends readonly unknown[], R>(make: (...inputs: A) => R): (...inputs: A) => R {
  let last: { readonly inputs: A; readonly result: R } | undefined
  return (...inputs) => {
    const before = last
    if (before && inputs.every((input, index) => Object.is(input, before.inputs[index]))) return before.result
    const result = make(...inputs)
    last = { inputs, result }
    return result
  }
}
