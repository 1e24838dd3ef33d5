import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Level } from '../../src/lib/log/level.ts'
import { isShown, type LogEntry, logLine } from '../../src/sim/log/entry.ts'
import { carryOutLine } from '../../src/sim/world/commands.ts'
import type { Layout } from '../../src/sim/world/layout.ts'
import { memoryHosts } from '../../src/sim/world/memory-host.ts'
import { World } from '../../src/sim/world/world.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { privateAddress, publicAddresses, TUNABLES } from './harness/node-files.ts'
import { untilHealthy, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'

/** The roles of nodes. The leader and the owners differ between the clusters, and from run to run. */
interface Roles {
  readonly leader: number
  readonly owner: number
}

/** The lines that each node logs while an address is lost and put back, by PNN. */
interface IncidentLogs {
  readonly roles: Roles
  readonly logs: readonly (readonly string[])[]
}

interface Incident {
  readonly title: string
  readonly happensTo: 'the leader' | 'another node'
  /** What the owner loses: one address that is deleted by hand, or all of them, as when the network service restarts. */
  readonly loses: 'an IPv4 address' | 'an IPv6 address' | 'all'
  /** By how many seconds the event scripts of the owner are delayed when it takes an address. */
  readonly slowBySeconds?: number
}

const INCIDENTS: readonly Incident[] = (['another node', 'the leader'] as const).flatMap((happensTo) =>
  (['an IPv4 address', 'an IPv6 address', 'all'] as const).map((loses) => ({
    title: `${happensTo} loses ${loses}`,
    happensTo,
    loses,
  })),
)

/** Lines that only the real daemon logs, and why. */
const ONLY_REAL: readonly [RegExp, string][] = [
  [
    /^Connected client with pid:\d+$/,
    'the recovery daemon, takeover runs and event scripts of the simulation do not connect to the socket',
  ],
  [/^Registered message handler for srvid=\d+$/, 'the same'],
]

/** Lines that both log, at times that do not depend on the incident. */
const AT_ANY_TIME = [
  // Monitor events run all the time.
  /^Running event monitor with arguments $/,
  // Any other event cancels a monitor event that is running.
  /^Monitoring event was cancelled$/,
]

/** The last line of a takeover run: on the leader, and on the other nodes. */
const LAST_LINE = /: (Takeover run completed successfully|Reenabling takeover runs)$/

/** The lines up to the end of the takeover run; undefined if it has not ended yet. */
function untilRunEnds(lines: readonly string[]): string[] | undefined {
  const last = lines.findIndex((line) => LAST_LINE.test(line))
  return last === -1 ? undefined : lines.slice(0, last + 1)
}

/** The lines of a node by the process that logged them, as the order between processes varies; without what differs between clusters. */
function byProcess(lines: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const line of lines) {
    const [, process = '', text = ''] = /^\S+ \S+ (\S+)\[\d+\]: (.*)$/.exec(line) ?? []
    const words = normalised(text)
    if (process === 'world' || AT_ANY_TIME.some((pattern) => pattern.test(words))) continue
    found[process] = [...(found[process] ?? []), words]
  }
  return Object.fromEntries(Object.entries(found).map(([process, texts]) => [process, withoutChance(texts)]))
}

const normalised = (text: string): string =>
  text
    .replace(/^\.\.\/\.\.\/\S+\.c:\d+ /, '')
    .replace(/\bfd00:99:1::\d+/g, 'IPv6')
    .replace(/\b10\.99\.1\.\d+/g, 'IPv4')

/**
 * The order in which missing addresses are named depends on which ones the owner has. The owner checks every second, and complains again
 * if the leader, which handles requests once a second, is late.
 */
const withoutChance = (texts: readonly string[]): string[] =>
  `${texts.join('\n')}\n`
    .replace(/(?:Assigned IP .*\n)+/g, (lines) =>
      lines
        .split(/(?<=\n)/)
        .sort()
        .join(''),
    )
    .replace(/((?:Assigned IP .*\n)+Trigger takeoverrun\n)\1+/g, '$1')
    .trimEnd()
    .split('\n')

/** The logs by the role of the node, which is how the two clusters are compared. */
function byRole({ roles, logs }: IncidentLogs): Record<string, Record<string, string[]>> {
  const others = logs.map((_, pnn) => pnn).filter((pnn) => pnn !== roles.leader && pnn !== roles.owner)
  const named = [
    [roles.leader === roles.owner ? 'the leader, who is the owner' : 'the leader', roles.leader],
    ...(roles.leader === roles.owner ? [] : [['the owner', roles.owner] as const]),
    ...others.map((pnn, index) => [`another node (${index + 1})`, pnn] as const),
  ] as const
  return Object.fromEntries(named.map(([name, pnn]) => [name, byProcess(logs[pnn] ?? [])]))
}

/** What the daemon does at any time with databases, which tests of them leave behind on this cluster. */
const OF_DATABASES = /\bvacuum(ing)?\b/i

/** Removes the lines that only the real daemon logs, and adds the patterns of those that were there to `seen`. */
function withoutOnlyReal(incident: IncidentLogs, seen: Set<RegExp>): IncidentLogs {
  const isOnlyReal = (line: string) => {
    const text = normalised(line.replace(/^\S+ \S+ \S+\[\d+\]: /, ''))
    if (OF_DATABASES.test(text)) return true
    const found = ONLY_REAL.find(([pattern]) => pattern.test(text))
    if (found) seen.add(found[0])
    return found !== undefined
  }
  return { ...incident, logs: incident.logs.map((lines) => lines.filter((line) => !isOnlyReal(line))) }
}

const timeOf = (line = ''): number => Date.parse(line.split(' ')[0] ?? '')

// The real cluster --------------------------------------------------------------------------------------------------------------

const slowScript = (lab: Lab, pnn: number): string => lab.path(pnn, 'etc/events/legacy/90.slow.script')

async function logsOnLab(lab: Lab, { happensTo, loses, slowBySeconds }: Incident): Promise<IncidentLogs> {
  await untilHealthy(lab)
  const leader = await lab.leader()
  const view = await viewOf(lab, 0)
  if (typeof view === 'string') throw new Error(view)
  const owner = happensTo === 'the leader' ? leader : lab.pnns.find((pnn) => pnn !== leader)!
  const lost = [...view.owners].filter(([address, pnn]) => pnn === owner && isLost(address, loses)).map(([address]) => address)
  const files = lab.pnns.map((pnn) => lab.path(pnn, 'log/log.ctdb'))
  const before = files.map((file) => statSync(file).size)
  const newLines = (pnn: number) =>
    readFileSync(files[pnn]!).subarray(before[pnn]).toString().trimEnd().split('\n').filter(Boolean)
  const script = slowScript(lab, owner)
  if (slowBySeconds) writeFileSync(script, `#!/bin/sh\n[ "$1" != takeip ] || sleep ${slowBySeconds}\n`, { mode: 0o755 })
  // The recovery daemon is to see all deletions at once, as the simulated one does.
  // It must not stop for so long that it misses the leader, or that others miss it, which would end in a recovery.
  const deletions = await Promise.all(lost.map((address) => deletionOnLab(lab, owner, address)))
  lab.signal(owner, 'recoverd', 'SIGSTOP')
  try {
    await lab.must(owner, 'sh', '-c', deletions.join(' && '))
  } finally {
    lab.signal(owner, 'recoverd', 'SIGCONT')
  }
  await waitUntil('the takeover run has ended on all nodes', async () => {
    const lacking = lab.pnns.filter((pnn) => !untilRunEnds(newLines(pnn)))
    return lacking.length === 0 ? undefined : `nodes ${lacking.join()} have written ${lacking.map(newLines).join('\n')}`
  })
  rmSync(script, { force: true })
  const kernel = await lab.must(owner, 'ip', '-o', 'addr', 'show')
  expect(lost.filter((address) => !kernel.includes(` ${address}/`))).toEqual([])
  return { roles: { leader, owner }, logs: lab.pnns.map((pnn) => untilRunEnds(newLines(pnn)) ?? []) }
}

/** The command that deletes an address from the kernel of a node. */
async function deletionOnLab(lab: Lab, pnn: number, address: string): Promise<string> {
  const line = await lab.must(pnn, 'ip', '-o', 'addr', 'show', 'to', address)
  const [, name = '', , cidr = ''] = line.split(/\s+/)
  return `ip addr del ${cidr} dev ${name}`
}

const isLost = (address: string, loses: Incident['loses']): boolean =>
  loses === 'all' || (loses === 'an IPv6 address') === address.includes(':')

// The simulated one -------------------------------------------------------------------------------------------------------------

/** The layout of a cluster like the lab. */
function labLayout(lab: Lab): Layout {
  const lines = (list: readonly string[]) => list.map((line) => `${line}\n`).join('')
  return {
    nodes: lines(lab.pnns.map(privateAddress)),
    hosts: lab.pnns.map((pnn) => ({
      privateAddress: privateAddress(pnn),
      interfaces: [
        { name: 'eth0', addresses: [`${privateAddress(pnn)}/24`] },
        { name: 'eth1', addresses: [] },
        { name: 'eth2', addresses: [] },
      ],
      publicAddresses: lines(publicAddresses(lab.pnns.length).map(({ line }) => line)),
    })),
  }
}

function logsOfSimulation(lab: Lab, { happensTo, loses, slowBySeconds }: Incident, level: Level, seed: number): IncidentLogs {
  const layout = labLayout(lab)
  const hosts = memoryHosts(layout)
  let entries: LogEntry[] = []
  const world = new World({
    layout,
    hosts,
    era: 'now',
    seed,
    startMs: Date.UTC(2026, 0, 1),
    tunables: TUNABLES,
    partiallyOnline: true,
    leaderTimeoutMs: 2_000,
    log: (entry) => entries.push(entry),
  })
  world.start()
  expect(world.settle(120_000)).toBe(true)
  // As on the lab, a second run moves addresses that could be on several interfaces to the best one.
  carryOutLine(world, 'run')
  world.clock.advanceBy(5_000)
  entries = []
  const leader = world.leader!
  const owner = happensTo === 'the leader' ? leader : lab.pnns.find((pnn) => pnn !== leader)!
  const isPublic = (address: string) => publicAddresses(lab.pnns.length).some((each) => each.address === address)
  const held = () => hosts[owner]!.held.map(({ address }) => address).filter((address) => isPublic(address))
  const before = held()
  if (slowBySeconds) carryOutLine(world, `script ${owner} takeip ${slowBySeconds}`)
  if (loses === 'all') carryOutLine(world, `restart-network ${owner}`)
  else carryOutLine(world, `delete-address ${owner} ${before.find((address) => isLost(address, loses))}`)
  expect(held().length).toBeLessThan(before.length)
  const linesOf = (node: number) =>
    entries.filter((entry) => entry.pnn === node && isShown(entry, level)).map((entry) => logLine(entry, 'now'))
  const endMs = world.clock.nowMs + 30_000
  while (lab.pnns.some((pnn) => !untilRunEnds(linesOf(pnn))) && world.clock.nowMs < endMs) world.clock.advanceBy(100)
  expect(held().sort()).toEqual(before.sort())
  return { roles: { leader, owner }, logs: lab.pnns.map((pnn) => untilRunEnds(linesOf(pnn)) ?? []) }
}

describeOnLab('the logs of a lost address that CTDB puts back', (lab) => {
  describe.each(['NOTICE', 'INFO'] as const)('at log level %s', (level) => {
    const seen = new Set<RegExp>()

    const setLevel = async (name: Level) => {
      for (const pnn of lab.pnns) await lab.must(pnn, 'ctdb', 'setdebug', name)
    }
    beforeAll(() => setLevel(level))
    afterAll(async () => {
      for (const pnn of lab.pnns) rmSync(slowScript(lab, pnn), { force: true })
      await setLevel('NOTICE')
    })

    it.each(INCIDENTS)(
      'are the same on simulated and real nodes: $title',
      async (incident) => {
        const real = byRole(withoutOnlyReal(await logsOnLab(lab, incident), seen))
        expect(Object.values(real).flatMap((node) => Object.values(node).flat()).length).toBeGreaterThanOrEqual(9)
        // The result must not depend on chance.
        for (const seed of [1, 2, 3, 4, 5]) {
          expect(byRole(logsOfSimulation(lab, incident, level, seed))).toEqual(real)
        }
      },
      180_000,
    )

    it('are the same when scripts are slow: one event at a time, and no monitor event meanwhile', async () => {
      const slowBySeconds = 3
      const incident = { title: '', happensTo: 'another node', loses: 'all', slowBySeconds } as const
      const real = withoutOnlyReal(await logsOnLab(lab, incident), seen)
      const simulated = logsOfSimulation(lab, incident, level, 1)
      expect(byRole(simulated)).toEqual(byRole(real))
      for (const { roles, logs } of [real, simulated]) {
        const lines = logs[roles.owner] ?? []
        const cancelled = lines.filter((line) => line.endsWith(': Monitoring event was cancelled'))
        // In this time, two or more monitor events would have run.
        expect(cancelled.length).toBeGreaterThanOrEqual(2)
        const started = lines.find((line) => line.includes(': Takeover of IP '))
        expect(timeOf(lines.at(-1)) - timeOf(started)).toBeGreaterThanOrEqual(2 * slowBySeconds * 1000)
      }
    }, 180_000)

    it('differ only in the lines that are listed as real only', () => {
      expect([...seen]).toHaveLength(level === 'INFO' ? ONLY_REAL.length : 0)
    })
  })
})
