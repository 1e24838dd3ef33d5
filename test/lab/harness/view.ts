import { isIPv4, isIPv6 } from 'node:net'
import type { Lab } from './lab.ts'
import { waitUntil } from './wait.ts'

/** The cluster as one node sees it. */
export interface View {
  /** What each node is, by PNN, in the words of the columns of `ctdb -X status`: `OK`, `Banned`, `Unhealthy|Disabled`. */
  readonly states: readonly string[]
  /** Each public address that the node knows, and the PNN of the owner; -1 is nobody. */
  readonly owners: ReadonlyMap<string, number>
}

/** What a node says of the cluster, or why it cannot. */
export async function viewOf(lab: Lab, pnn: number): Promise<View | string> {
  const [status, ip] = await Promise.all([lab.ctdb(pnn, '-X', 'status'), lab.ctdb(pnn, '-X', 'ip')])
  const failed = [status, ip].find((result) => result.status !== 0)
  if (failed) return failed.stderr.trim()
  return {
    states: rowsOf(status.stdout).map(stateOf),
    owners: new Map(rowsOf(ip.stdout).map((row) => [row['Public IP'] ?? '', Number(row.Node)])),
  }
}

/** Lines of machine readable output as records, by the names in the first line. */
function rowsOf(text: string): Record<string, string>[] {
  const [header = [], ...rows] = text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('|').slice(1, -1))
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])))
}

/** Inactive is left out: it follows from the others. */
function stateOf(row: Record<string, string>): string {
  const { Node: _node, IP: _ip, Inactive: _inactive, ThisNode: _this, ...flags } = row
  return (
    Object.keys(flags)
      .filter((name) => flags[name] === '1')
      .join('|') || 'OK'
  )
}

/**
 * Waits until nodes see the nodes of the cluster in these states, wherever the addresses are.
 * @param seenBy the nodes whose view counts; all unless given.
 */
export async function untilSeen(lab: Lab, states: readonly string[], seenBy: readonly number[] = lab.pnns): Promise<void> {
  await untilAll(lab, seenBy, states, (view) => stateLack(view, states))
}

/**
 * Waits until nodes see the nodes of the cluster in these states, and the addresses where they belong then: each on a node that can host
 * it, or nowhere when no node can.
 * @param seenBy the nodes whose view counts; all unless given.
 */
export async function untilSettled(lab: Lab, states: readonly string[], seenBy: readonly number[] = lab.pnns): Promise<void> {
  await untilAll(lab, seenBy, states, (view) => stateLack(view, states) ?? placementLack(view, states))
}

/** Waits until all nodes are well and nothing is under way any more, and sees that each holds its share of the addresses. */
export async function untilHealthy(lab: Lab): Promise<void> {
  await untilSettled(
    lab,
    lab.pnns.map(() => 'OK'),
  )
  // Returns when a takeover run is over. A node that dies in the middle of one makes the leader wait for its answers.
  await lab.must(0, 'ctdb', 'ipreallocate')
  for (const isOfFamily of [isIPv4, isIPv6]) await share(lab, isOfFamily)
}

/** Gives each node an address. A takeover run leaves them as earlier tests have put them: it moves some only to a node that has none. */
async function share(lab: Lab, isOfFamily: (address: string) => boolean): Promise<void> {
  const view = await viewOf(lab, 0)
  if (typeof view === 'string') throw new Error(view)
  const owners = new Map([...view.owners].filter(([address]) => isOfFamily(address)))
  const countOf = (pnn: number) => [...owners.values()].filter((owner) => owner === pnn).length
  for (const pnn of lab.pnns.filter((each) => countOf(each) === 0)) {
    const [address] = [...owners].find(([, owner]) => countOf(owner) > 1) ?? []
    if (address === undefined) continue
    await lab.must(0, 'ctdb', 'moveip', address, String(pnn))
    owners.set(address, pnn)
  }
}

async function untilAll(
  lab: Lab,
  seenBy: readonly number[],
  states: readonly string[],
  lackOf: (view: View) => string | undefined,
): Promise<void> {
  await waitUntil(`the nodes are ${states.join(', ')}`, async () => {
    const lacks = await Promise.all(
      seenBy.map(async (pnn) => {
        const view = await viewOf(lab, pnn)
        const lack = typeof view === 'string' ? view : lackOf(view)
        return lack && `node ${pnn} sees: ${lack}`
      }),
    )
    return lacks.find((lack) => lack !== undefined)
  }).catch((error) => {
    throw new Error(`${error.message}\n${lab.pnns.map((pnn) => lab.lastLogLines(pnn)).join('\n')}`, { cause: error })
  })
}

const stateLack = (view: View, states: readonly string[]): string | undefined =>
  view.states.join() === states.join() ? undefined : view.states.join(', ')

function placementLack(view: View, states: readonly string[]): string | undefined {
  const hosts = states.flatMap((state, pnn) => (state === 'OK' || state === 'PartiallyOnline' ? [pnn] : []))
  const allowed = hosts.length === 0 ? [-1] : hosts
  const misplaced = [...view.owners].find(([, owner]) => !allowed.includes(owner))
  return misplaced && `the address ${misplaced[0]} on node ${misplaced[1]}`
}
