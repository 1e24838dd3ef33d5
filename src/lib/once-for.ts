/**
 * Caches a function by object: computes the result once for each object and keeps it as long as the object lives. For objects that do not
 * change.
 */
export function onceFor<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const answers = new WeakMap<K, { readonly value: V }>()
  return (key) => {
    const known = answers.get(key)
    if (known) return known.value
    const value = compute(key)
    answers.set(key, { value })
    return value
  }
}
