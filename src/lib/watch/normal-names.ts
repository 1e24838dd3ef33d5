import { normalAddress } from '../audit/normal.ts'

const KEPT = 20_000

/** Addresses in normal form. Remembers each result: a sample of a large cluster has more than a hundred thousand addresses. */
export class NormalNames {
  private readonly known = new Map<string, string>()

  of(text: string): string {
    // An IPv4 address has only one form.
    if (!text.includes(':')) return text
    const found = this.known.get(text)
    if (found !== undefined) return found
    if (this.known.size >= KEPT) this.known.clear()
    const normal = normalAddress(text)
    this.known.set(text, normal)
    return normal
  }
}
