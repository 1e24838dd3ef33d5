/** A list is kept whole after so many changes, so that any version is made from few of them. */
const WHOLE_EVERY = 64

/** The entries of a list that a version has other than the one before, by their places. */
type Changes<T> = readonly (readonly [index: number, value: T])[]
type Version<T> = { readonly whole: readonly T[] } | { readonly changes: Changes<T> }

/** The versions of a list of which few entries change at a time. It keeps what has changed. */
export class ListVersions<T> {
  private readonly versions: Version<T>[] = []
  private newest: readonly T[] = []
  private shown: { readonly version: number; readonly list: readonly T[] } | undefined
  private sinceWhole = 0

  /** Adds a version, unless the list is the newest one. @returns its number, from 0. */
  add(list: readonly T[]): number {
    const { versions, newest } = this
    if (list === newest && versions.length > 0) return versions.length - 1
    this.newest = list
    const isWhole = versions.length === 0 || list.length !== newest.length || this.sinceWhole >= WHOLE_EVERY
    this.sinceWhole = isWhole ? 0 : this.sinceWhole + 1
    versions.push(isWhole ? { whole: list } : { changes: changesBetween(newest, list) })
    return versions.length - 1
  }

  /** The list of a version: the same object as long as the same version is asked for. */
  at(version: number): readonly T[] {
    if (this.shown?.version !== version) this.shown = { version, list: this.make(version) }
    return this.shown.list
  }

  private make(version: number): readonly T[] {
    const changes: Changes<T>[] = []
    for (let index = version; index >= 0; index--) {
      const each = this.versions[index]
      if (each && 'whole' in each) return withChanges(each.whole, changes)
      if (index === this.shown?.version) return withChanges(this.shown.list, changes)
      if (each) changes.unshift(each.changes)
    }
    return []
  }
}

function changesBetween<T>(before: readonly T[], now: readonly T[]): Changes<T> {
  return now.flatMap((value, index) => (value === before[index] ? [] : [[index, value] as const]))
}

function withChanges<T>(list: readonly T[], changes: readonly Changes<T>[]): readonly T[] {
  if (changes.length === 0) return list
  const made = [...list]
  for (const [index, value] of changes.flat()) made[index] = value
  return made
}
