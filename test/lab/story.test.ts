import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isShown, type Level, type LogEntry, logLine } from '../../src/lib/log/entry.ts'
import { carryOutLine } from '../../src/lib/sim/commands.ts'
import type { Layout } from '../../src/lib/sim/layout.ts'
import { MemoryHost } from '../../src/lib/sim/memory-host.ts'
import { World } from '../../src/lib/sim/world.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { privateAddress, publicAddresses, TUNABLES } from './harness/node-files.ts'
import { untilHealthy, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'

/** What a node is in the story. Who leads, and who owns what, differs between the clusters, and from run to run. */
interface Roles {
  readonly leader: number
  readonly owner: number
}

/** Who has what at the moment, and the lines that each node writes while an address goes and comes back, by PNN. */
interface Told {
  readonly roles: Roles
  readonly logs: readonly (readonly string[])[]
}

interface Incident {
  readonly title: string
  readonly happensTo: 'the leader' | 'another node'
  /** What befalls the owner: one address is deleted by hand, or all go, as with a restart of the network service. */
  readonly loses: 'an IPv4 address' | 'an IPv6 address' | 'all'
  /** How many seconds longer than usual the owner's scripts take to put an address back. */
  readonly slowBySeconds?: number
}

const INCIDENTS: readonly Incident[] = (['another node', 'the leader'] as const).flatMap((happensTo) =>
  (['an IPv4 address', 'an IPv6 address', 'all'] as const).map((loses) => ({
    title: `${happensTo} loses ${loses}`,
    happensTo,
    loses,
  })),
)

/** Lines that the simulated daemon does not write, and why. */
const ONLY_REAL: readonly [RegExp, string][] = [
  [/^Connected client with pid:\d+$/, 'its recovery daemon, takeover runs and event scripts do not come over the socket'],
  [/^Registered message handler for srvid=\d+$/, 'the same'],
]

/** Lines that both write, at times which have nothing to do with what happens. */
const AT_ANY_TIME = [
  // The health checks go on all the while.
  /^Running event monitor with arguments $/,
  // One that is under way when another event is run.
  /^Monitoring event was cancelled$/,
]

/** The last line of a takeover run: the leader's, and that of those who are told. */
const LAST_LINE = /: (Takeover run completed successfully|Reenabling takeover runs)$/

/** The lines up to the end of the takeover run; undefined when it is not there yet. */
function untilRunEnds(lines: readonly string[]): string[] | undefined {
  const last = lines.findIndex((line) => LAST_LINE.test(line))
  return last === -1 ? undefined : lines.slice(0, last + 1)
}

/** A node's lines by the process that wrote them (how they mix is left to chance), without what differs from cluster to cluster. */
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
 * Which of several missing addresses is named first depends on which numbers the owner has. He looks every second, and complains again when
 * the leader, who serves requests once a second too, is that late.
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

/** What both clusters are compared by: who wrote what, by role. */
function storyOf({ roles, logs }: Told): Record<string, Record<string, string[]>> {
  const others = logs.map((_, pnn) => pnn).filter((pnn) => pnn !== roles.leader && pnn !== roles.owner)
  const named = [
    [roles.leader === roles.owner ? 'the leader, who is the owner' : 'the leader', roles.leader],
    ...(roles.leader === roles.owner ? [] : [['the owner', roles.owner] as const]),
    ...others.map((pnn, index) => [`another node (${index + 1})`, pnn] as const),
  ] as const
  return Object.fromEntries(named.map(([name, pnn]) => [name, byProcess(logs[pnn] ?? [])]))
}

/** Without the lines that only the real daemon writes. Which of them there were is noted. */
function withoutOnlyReal(told: Told, seen: Set<RegExp>): Told {
  const isOnlyReal = (line: string) => {
    const text = normalised(line.replace(/^\S+ \S+ \S+\[\d+\]: /, ''))
    const found = ONLY_REAL.find(([pattern]) => pattern.test(text))
    if (found) seen.add(found[0])
    return found !== undefined
  }
  return { ...told, logs: told.logs.map((lines) => lines.filter((line) => !isOnlyReal(line))) }
}

const timeOf = (line = ''): number => Date.parse(line.split(' ')[0] ?? '')

// The real cluster --------------------------------------------------------------------------------------------------------------

const slowScript = (lab: Lab, pnn: number): string => lab.path(pnn, 'etc/events/legacy/90.slow.script')

async function tellOnLab(lab: Lab, { happensTo, loses, slowBySeconds }: Incident): Promise<Told> {
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
  // Seen all at once, as the simulated recovery daemon does.
  lab.signal(owner, 'recoverd', 'SIGSTOP')
  for (const address of lost) await deleteOnLab(lab, owner, address)
  lab.signal(owner, 'recoverd', 'SIGCONT')
  await waitUntil('the takeover run has ended on all nodes', async () => {
    const lacking = lab.pnns.filter((pnn) => !untilRunEnds(newLines(pnn)))
    return lacking.length === 0 ? undefined : `nodes ${lacking.join()} have written ${lacking.map(newLines).join('\n')}`
  })
  rmSync(script, { force: true })
  const kernel = await lab.must(owner, 'ip', '-o', 'addr', 'show')
  expect(lost.filter((address) => !kernel.includes(` ${address}/`))).toEqual([])
  return { roles: { leader, owner }, logs: lab.pnns.map((pnn) => untilRunEnds(newLines(pnn)) ?? []) }
}

async function deleteOnLab(lab: Lab, pnn: number, address: string): Promise<void> {
  const line = await lab.must(pnn, 'ip', '-o', 'addr', 'show', 'to', address)
  const [, name = '', , cidr = ''] = line.split(/\s+/)
  await lab.must(pnn, 'ip', 'addr', 'del', cidr, 'dev', name)
}

const isLost = (address: string, loses: Incident['loses']): boolean =>
  loses === 'all' || (loses === 'an IPv6 address') === address.includes(':')

// The simulated one -------------------------------------------------------------------------------------------------------------

/** A cluster as the lab is one. */
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

function tellSimulated(lab: Lab, { happensTo, loses, slowBySeconds }: Incident, level: Level, seed: number): Told {
  const layout = labLayout(lab)
  const hosts = layout.hosts.map(({ interfaces }) => new MemoryHost({ interfaces, promoteSecondaries: false }))
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
  // As the lab does it: with a second run, addresses that could be on several interfaces get to the best one.
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

describeOnLab("the seed's story: an address goes, and CTDB brings it back", (lab) => {
  describe.each(['NOTICE', 'INFO'] as const)('with a log of level %s', (level) => {
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
      'is told by the simulated nodes as by the real ones: $title',
      async (incident) => {
        const real = storyOf(withoutOnlyReal(await tellOnLab(lab, incident), seen))
        expect(Object.values(real).flatMap((node) => Object.values(node).flat()).length).toBeGreaterThanOrEqual(9)
        // Whatever is left to chance.
        for (const seed of [1, 2, 3, 4, 5]) {
          expect(storyOf(tellSimulated(lab, incident, level, seed))).toEqual(real)
        }
      },
      90_000,
    )

    it('is told alike when scripts are slow: one event at a time, and no health check meanwhile', async () => {
      const slowBySeconds = 3
      const incident = { title: '', happensTo: 'another node', loses: 'all', slowBySeconds } as const
      const real = withoutOnlyReal(await tellOnLab(lab, incident), seen)
      const simulated = tellSimulated(lab, incident, level, 1)
      expect(storyOf(simulated)).toEqual(storyOf(real))
      for (const { roles, logs } of [real, simulated]) {
        const lines = logs[roles.owner] ?? []
        const cancelled = lines.filter((line) => line.endsWith(': Monitoring event was cancelled'))
        // In so long a time two or more would have been made.
        expect(cancelled.length).toBeGreaterThanOrEqual(2)
        const started = lines.find((line) => line.includes(': Takeover of IP '))
        expect(timeOf(lines.at(-1)) - timeOf(started)).toBeGreaterThanOrEqual(2 * slowBySeconds * 1000)
      }
    }, 90_000)

    it('has no other lines, and all that are said to be only in the real ones', () => {
      expect([...seen]).toHaveLength(level === 'INFO' ? ONLY_REAL.length : 0)
    })
  })
})
