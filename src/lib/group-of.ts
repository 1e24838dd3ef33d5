/** The list of a group; makes an empty one if there is none. */
export function groupOf<K, V>(groups: Map<K, V[]>, key: K): V[] {
  const group = groups.get(key) ?? []
  groups.set(key, group)
  return group
}
