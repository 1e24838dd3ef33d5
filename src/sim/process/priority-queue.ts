/** A binary heap: the smallest comes out first. */
export class PriorityQueue<T> {
  private items: T[] = []
  private readonly compare: (a: T, b: T) => number

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare
  }

  get first(): T | undefined {
    return this.items[0]
  }

  get size(): number {
    return this.items.length
  }

  /** Removes all other items. */
  keep(wanted: (item: T) => boolean): void {
    // A sorted array is a heap, too.
    this.items = this.items.filter(wanted).sort(this.compare)
  }

  add(item: T): void {
    const { items, compare } = this
    let at = items.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent] as T
      if (compare(above, item) <= 0) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  take(): T | undefined {
    const { items } = this
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.sink(last)
    return first
  }

  /** Puts an item in the place of the first one, and moves it down to its own. */
  private sink(item: T): void {
    const { items, compare } = this
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= items.length) break
      const right = left + 1
      const child = right < items.length && compare(items[right] as T, items[left] as T) < 0 ? right : left
      if (compare(item, items[child] as T) <= 0) break
      items[at] = items[child] as T
      at = child
    }
    items[at] = item
  }
}
