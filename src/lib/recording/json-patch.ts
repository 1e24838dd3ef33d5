/** A step of a JSON Patch (RFC 6902). Recordings need these three. */
export type PatchStep =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

type PlainRecord = Readonly<Record<string, unknown>>

/** The steps that make one document of plain data into another. Values that are undefined count as absent, as in JSON. */
export function patchBetween(before: unknown, after: unknown): readonly PatchStep[] {
  const steps: PatchStep[] = []
  compare(before, after, '', steps)
  return steps
}

function compare(before: unknown, after: unknown, path: string, steps: PatchStep[]): void {
  if (before === after) return
  if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, steps)
  else if (isRecord(before) && isRecord(after)) compareRecords(before, after, path, steps)
  else steps.push({ op: 'replace', path, value: after })
}

function compareRecords(before: PlainRecord, after: PlainRecord, path: string, steps: PatchStep[]): void {
  for (const key of Object.keys(before)) {
    if (before[key] !== undefined && ownValue(after, key) === undefined) steps.push({ op: 'remove', path: below(path, key) })
  }
  for (const [key, value] of Object.entries(after)) {
    const earlier = ownValue(before, key)
    if (value === undefined) continue
    if (earlier === undefined) steps.push({ op: 'add', path: below(path, key), value })
    else compare(earlier, value, below(path, key), steps)
  }
}

/** What is the same at both ends stays. What is between them is compared one by one, and the rest of the longer list comes or goes. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: string, steps: PatchStep[]): void {
  const shorter = Math.min(before.length, after.length)
  const isLonger = before.length !== after.length
  let start = 0
  while (isLonger && start < shorter && isSame(before[start], after[start])) start++
  let end = 0
  while (isLonger && end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++
  const common = shorter - end
  for (let index = start; index < common; index++) compare(before[index], after[index], below(path, index), steps)
  for (let index = before.length - end - 1; index >= common; index--) steps.push({ op: 'remove', path: below(path, index) })
  for (let index = common; index < after.length - end; index++) {
    steps.push({ op: 'add', path: below(path, index), value: after[index] })
  }
}

const isSame = (a: unknown, b: unknown): boolean => patchBetween(a, b).length === 0

/**
 * A document with the steps of a patch applied. It shares all parts that have not changed with the given one, which stays as it is.
 * @returns undefined if a step does not fit the document.
 */
export function patched(document: unknown, steps: readonly PatchStep[]): unknown {
  let changed = document
  for (const step of steps) {
    changed = changedAt(changed, keysOf(step.path), step)
    if (changed === undefined) return undefined
  }
  return changed
}

function changedAt(at: unknown, [key, ...keys]: readonly string[], step: PatchStep): unknown {
  if (key === undefined) return step.op === 'replace' ? step.value : undefined
  if (Array.isArray(at)) return changedList(at, key, keys, step)
  if (!isRecord(at)) return undefined
  const isLast = keys.length === 0
  if (isLast && step.op === 'add') return { ...at, [key]: step.value }
  if (!Object.hasOwn(at, key)) return undefined
  if (isLast && step.op === 'remove') return Object.fromEntries(Object.entries(at).filter(([name]) => name !== key))
  const value = changedAt(at[key], keys, step)
  return value === undefined ? undefined : { ...at, [key]: value }
}

function changedList(list: readonly unknown[], key: string, keys: readonly string[], step: PatchStep): unknown {
  const index = Number(key)
  const isLast = keys.length === 0
  const isAddition = isLast && step.op === 'add'
  if (!/^(0|[1-9]\d{0,6})$/.test(key) || index > list.length || (index === list.length && !isAddition)) return undefined
  if (isAddition) return list.toSpliced(index, 0, step.value)
  if (isLast && step.op === 'remove') return list.toSpliced(index, 1)
  const value = changedAt(list[index], keys, step)
  return value === undefined ? undefined : list.with(index, value)
}

/** JSON Pointer (RFC 6901). */
const below = (path: string, key: string | number): string => `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`

const keysOf = (path: string): readonly string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

const ownValue = (record: PlainRecord, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined)

const isRecord = (value: unknown): value is PlainRecord => typeof value === 'object' && value !== null && !Array.isArray(value)
