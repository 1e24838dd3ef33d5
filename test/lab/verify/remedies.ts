import { expect } from 'vitest'
import type { Action } from '../../../src/lib/audit/remedy.ts'
import type { KernelRecord, Mark } from '../harness/kernel-record.ts'
import type { Lab } from '../harness/lab.ts'
import { viewOf } from '../harness/view.ts'
import { type Finding, lineOf, type Report } from './report.ts'

/** How often the remedies of another audit are carried out, as what one mends may show what was hidden behind it. */
const ROUNDS = 4

/** What a person has to know and do for a remedy. */
export interface Person {
  /** Audits the cluster. */
  audit(): Promise<Report>
  /** Whether a condition holds that only a person can judge: `the file is right`. */
  holds(condition: string): boolean
  /** Repairs what no command repairs. */
  mend(): Promise<unknown>
  /** Lets takeover runs take place again, if they were disabled to keep the fault. */
  thaw(): Promise<void>
  /** Waits until the cluster is at rest. */
  rest(): Promise<void>
}

/** Carries out the remedies of audits as they are given, until an audit is clean, and watches the kernels meanwhile. */
export class Remedies {
  private readonly lab: Lab
  private readonly record: KernelRecord
  private readonly person: Person
  /** What was done, for messages. */
  readonly done: string[] = []
  /** Nodes whose daemons were started after the last audit: several findings may ask for it. */
  private readonly started = new Set<number>()

  constructor(lab: Lab, record: KernelRecord, person: Person) {
    this.lab = lab
    this.record = record
    this.person = person
  }

  /** @throws AssertionError if a step does harm, if fewer addresses are hosted after it all, or if no audit is clean in the end. */
  async carryOut(first: Report): Promise<void> {
    const before = await this.hosted(await this.record.mark())
    let report = first
    // The fault itself may be no more than an info.
    for (let round = 1; round === 1 || serious(report).length > 0; round++) {
      expect(round, `left after ${this.done.join('; ')}: ${serious(report).map(lineOf).join(', ')}`).toBeLessThanOrEqual(ROUNDS)
      this.started.clear()
      for (const finding of roots(report)) {
        for (const action of finding.actions) await this.take(finding, action)
      }
      await this.person.thaw()
      await this.person.rest()
      report = await this.person.audit()
    }
    expect(report.unknown).toEqual([])
    const after = await this.hosted(await this.record.mark())
    const known = new Set((await this.views()).flatMap(({ owners }) => [...owners.keys()]))
    // What no node knows any more was meant to go.
    const lost = [...before.keys()].filter((address) => known.has(address) && !after.has(address))
    expect(lost, `addresses that are not hosted any more after ${this.done.join('; ')}`).toEqual([])
  }

  /** Carries out one step, unless its condition does not hold. */
  private async take(finding: Finding, action: Action): Promise<void> {
    if (action.kind === 'look' || !(await this.isDue(finding, action))) return
    this.done.push(`${lineOf(finding)}: ${stepText(action)}`)
    if (action.kind === 'command' || action.kind === 'wait') await this.person.thaw()
    if (bringsRun(action)) return await this.step(action)
    const from = await this.record.mark()
    const rightful = await this.hosted(from)
    await this.step(action)
    const to = await this.record.mark()
    const owners = await this.owners()
    // An owner that lost it to another one by a takeover run, which may come at any time, had to give it up.
    const taken = [...rightful].filter(
      ([address, owner]) => owners.get(address) === owner && this.record.lostBetween(owner, from, to).has(address),
    )
    expect(taken, `addresses that were away from their owners at a moment of ${this.done.at(-1)}`).toEqual([])
  }

  private async isDue(finding: Finding, action: Action): Promise<boolean> {
    if (action.if === undefined) return true
    if (action.if === 'it persists' || action.if === 'it comes back') {
      const { findings } = await this.person.audit()
      return findings.some((each) => each.state === 'real' && lineOf(each) === lineOf(finding))
    }
    return this.person.holds(action.if)
  }

  private async step(action: Action): Promise<void> {
    const { lab } = this
    switch (action.kind) {
      case 'command':
        return await this.command(action.command, this.nodesFor(action.on))
      case 'remove':
        await this.mustNotOwn(action)
        for (const { address, maskBits, interfaceName } of action.held) {
          await lab.must(action.pnn, 'ip', 'addr', 'del', `${address}/${maskBits}`, 'dev', interfaceName)
        }
        return
      case 'add': {
        const { pnn, address, maskBits, interfaceName } = action
        await lab.must(pnn, 'ip', 'addr', 'add', `${address}/${maskBits}`, 'dev', interfaceName)
        return
      }
      case 'keep-secondaries':
        await lab.must(action.pnn, 'sysctl', '-qw', `net.ipv4.conf.${action.interfaceName}.promote_secondaries=1`)
        return
      case 'start':
        if (!this.started.has(action.pnn)) await lab.startDaemon(action.pnn)
        this.started.add(action.pnn)
        return
      case 'unban':
        await lab.must(this.otherThan(action.pnn), 'ctdb', 'unban', '-n', String(action.pnn))
        return
      case 'wait':
        return await this.person.rest()
      case 'mend':
        await this.person.mend()
        return
      case 'look':
        return
    }
  }

  private async command(text: string, pnns: readonly number[]): Promise<void> {
    const [tool = '', ...words] = text.split(' ')
    for (const pnn of pnns) {
      if (tool === 'ctdb') await this.lab.must(pnn, tool, ...words)
      // On a terminal it asks first.
      else
        expect(await this.lab.ctdbts(pnn, ...words, ...(words[0] === 'takeover-run' ? ['--yes'] : [])), text).toMatchObject({
          status: 0,
        })
    }
  }

  private nodesFor(on: number | 'each node' | 'any node'): readonly number[] {
    if (on === 'each node') return this.lab.pnns
    return [on === 'any node' ? 0 : on]
  }

  private otherThan(pnn: number): number {
    return this.lab.pnns.find((each) => each !== pnn) ?? pnn
  }

  /** An address may only be taken from a node that does not own it, or that keeps it on another interface. */
  private async mustNotOwn({ pnn, held }: Extract<Action, { readonly kind: 'remove' }>): Promise<void> {
    const owners = await this.owners()
    for (const { address } of held) {
      const listing = await this.lab.must(pnn, 'ip', '-o', 'addr', 'show', 'to', address)
      const entries = listing.split('\n').filter(Boolean).length
      const isUseless = held.every(({ dadFailed }) => dadFailed)
      const mayGo = isUseless || owners.get(address) !== pnn || entries > held.filter((each) => each.address === address).length
      expect(mayGo, `node ${pnn} owns ${address}, and has it ${entries} times: ${this.done.at(-1)}`).toBe(true)
    }
  }

  /** What each node that answers says that it owns. */
  private async owners(): Promise<Map<string, number>> {
    const views = await this.views()
    return new Map(views.flatMap(({ pnn, owners }) => [...owners].filter(([, owner]) => owner === pnn)))
  }

  /** What the daemons that answer believe. */
  private async views(): Promise<{ readonly pnn: number; readonly owners: ReadonlyMap<string, number> }[]> {
    const views = await Promise.all(this.lab.pnns.map(async (pnn) => ({ pnn, view: await viewOf(this.lab, pnn) })))
    return views.flatMap(({ pnn, view }) => (typeof view === 'string' ? [] : [{ pnn, owners: view.owners }]))
  }

  /** The addresses that their owners have in their kernels, with their owners. */
  private async hosted(mark: Mark): Promise<Map<string, number>> {
    return new Map([...(await this.owners())].filter(([address, owner]) => this.record.addressesAt(owner, mark).has(address)))
  }
}

/** Steps after which addresses may move: a takeover run follows. */
const bringsRun = ({ kind }: Action): boolean => kind !== 'remove' && kind !== 'add' && kind !== 'keep-secondaries'

const stepText = (action: Action): string => (action.kind === 'command' ? action.command : action.kind)

const real = ({ findings }: Report): Finding[] => findings.filter(({ state }) => state === 'real')
const serious = (report: Report): Finding[] => real(report).filter(({ severity }) => severity !== 'info')

/** The findings whose remedies end the others, too. An info counts if there is nothing worse. */
function roots(report: Report): Finding[] {
  const [worst, rest] = [serious(report), real(report)]
  return (worst.length > 0 ? worst : rest).filter(({ causedBy }) => !causedBy)
}
