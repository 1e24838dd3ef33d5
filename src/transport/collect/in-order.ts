/**
 * The results of requests that are all under way already. When several fail, the error is that of the first in the order given, which is
 * the one that the real tool would have met, asking one after the other.
 */
export async function inOrder<T extends readonly unknown[]>(...requests: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const all: readonly Promise<unknown>[] = requests
  for (const request of all) request.catch(() => {})
  const results: unknown[] = []
  for (const request of all) results.push(await request)
  return results as unknown as T
}
