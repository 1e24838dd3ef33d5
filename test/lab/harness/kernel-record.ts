import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Lab } from './lab.ts'
import { waitUntil } from './wait.ts'

/** An address that came into a kernel so that it can be used, or left it. */
interface Change {
  readonly isGone: boolean
  readonly address: string
  readonly interfaceName: string
}

/** A moment of the record: how many changes of each node were before it. */
export type Mark = readonly number[]

/** Added and deleted to find out what happened before; no other address changes on lo. */
const MARKER = '127.0.99.1'

/**
 * What happens to the addresses in the kernels of a lab, as the kernels report it: nothing is missed between two looks. The record begins
 * with what the kernels have.
 */
export class KernelRecord {
  private readonly lab: Lab
  private readonly changes: readonly Change[][]
  private readonly monitors: readonly ChildProcess[]

  private constructor(lab: Lab) {
    this.lab = lab
    this.changes = lab.pnns.map(() => [])
    this.monitors = lab.pnns.map((pnn) => this.follow(pnn, ['ip', '-o', 'monitor', 'address']))
  }

  static async start(lab: Lab): Promise<KernelRecord> {
    const record = new KernelRecord(lab)
    await Promise.all(
      lab.pnns.map(async (pnn) => {
        await waitUntil(`the kernel of node ${pnn} is followed`, async () => {
          await record.touch(pnn)
          return record.marksSeen(pnn) > 0 ? undefined : 'it has reported nothing'
        })
        const listing = await lab.must(pnn, 'ip', '-o', 'addr', 'show')
        for (const line of listing.split('\n')) record.read(pnn, line)
      }),
    )
    return record
  }

  /** Ends the record, and the processes that it needs. */
  stop(): void {
    for (const monitor of this.monitors) monitor.kill('SIGKILL')
  }

  /** The present moment. Everything that has happened so far is before it. */
  async mark(): Promise<Mark> {
    return await Promise.all(
      this.lab.pnns.map(async (pnn) => {
        const before = this.marksSeen(pnn)
        await this.touch(pnn)
        const isSeen = async () => (this.marksSeen(pnn) > before ? undefined : 'it has not')
        await waitUntil(`the kernel of node ${pnn} has reported everything`, isSeen)
        return this.changes[pnn]?.length ?? 0
      }),
    )
  }

  /** The addresses that a kernel has at a moment. */
  addressesAt(pnn: number, mark: Mark): Set<string> {
    const held = new Held()
    for (const change of this.changes[pnn]?.slice(0, mark[pnn]) ?? []) held.apply(change)
    return held.addresses()
  }

  /** The addresses that a kernel had at a moment, and that were away from it, if only for an instant, between that moment and another. */
  lostBetween(pnn: number, from: Mark, to: Mark): Set<string> {
    const held = new Held()
    const lost = new Set<string>()
    let before = new Set<string>()
    for (const [index, change] of (this.changes[pnn] ?? []).slice(0, to[pnn]).entries()) {
      if (index === from[pnn]) before = held.addresses()
      held.apply(change)
      if (index >= (from[pnn] ?? 0) && before.has(change.address) && !held.has(change.address)) lost.add(change.address)
    }
    return lost
  }

  private follow(pnn: number, argv: readonly string[]): ChildProcess {
    const [command = '', ...args] = this.lab.argv(pnn, argv)
    const monitor = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    createInterface({ input: monitor.stdout }).on('line', (line) => this.read(pnn, line))
    return monitor
  }

  /** A line of `ip -o`: `Deleted 3: eth1    inet 10.99.1.131/24 brd …`. */
  private read(pnn: number, line: string): void {
    const [, deleted, interfaceName = '', address = ''] = /^(Deleted )?\d+: (\S+)\s+inet6? ([^/\s]+)/.exec(line) ?? []
    // An IPv6 address that cannot be used serves nobody.
    const isGone = deleted !== undefined || / (tentative|dadfailed)\b/.test(line)
    if (address !== '') this.changes[pnn]?.push({ isGone, address, interfaceName })
  }

  private async touch(pnn: number): Promise<void> {
    for (const verb of ['add', 'del']) await this.lab.must(pnn, 'ip', 'addr', verb, `${MARKER}/32`, 'dev', 'lo')
  }

  private marksSeen(pnn: number): number {
    return this.changes[pnn]?.filter(({ isGone, address }) => isGone && address === MARKER).length ?? 0
  }
}

/** The addresses of a kernel. One may be on several interfaces. */
class Held {
  private readonly entries = new Map<string, Set<string>>()

  apply({ isGone, address, interfaceName }: Change): void {
    const names = this.entries.get(address) ?? new Set()
    if (isGone) names.delete(interfaceName)
    else names.add(interfaceName)
    this.entries.set(address, names)
  }

  has(address: string): boolean {
    return (this.entries.get(address)?.size ?? 0) > 0
  }

  addresses(): Set<string> {
    return new Set([...this.entries.keys()].filter((address) => this.has(address)))
  }
}
