/**
 * The results of requests that have been sent at the same time. When several fail, throws the error of the first in the order given: the
 * one that `ctdb`, which sends one request after the other, would have reported.
 */
export async function allInOrder<T extends readonly unknown[]>(...requests: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const all: readonly Promise<unknown>[] = requests
  for (const request of all) request.catch(() => {})
  const results: unknown[] = []
  for (const request of all) results.push(await request)
  return results as unknown as T
}
