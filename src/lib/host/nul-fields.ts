/** What a text has between NULs, each of which closes a field; undefined if the last field is not closed. */
export function nulFields(text: string): string[] | undefined {
  const fields = text.split('\0')
  return fields.pop() === '' ? fields : undefined
}

/** The same in records of so many fields; undefined also if the last record is not whole. */
export function nulRecords(text: string, size: number): string[][] | undefined {
  const fields = nulFields(text)
  if (!fields || fields.length % size !== 0) return undefined
  return Array.from({ length: fields.length / size }, (_, index) => fields.slice(size * index, size * (index + 1)))
}
