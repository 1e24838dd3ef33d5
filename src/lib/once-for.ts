/**
 * A function that works its answer out once for each object, and remembers it for as long as somebody else keeps the object. For objects
 * that do not change.
 */
export function onceFor<K extends object, V>(workOut: (key: K) => V): (key: K) => V {
  const answers = new WeakMap<K, { readonly value: V }>()
  return (key) => {
    const known = answers.get(key)
    if (known) return known.value
    const value = workOut(key)
    answers.set(key, { value })
    return value
  }
}
