import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTerminal } from '../support/terminal.ts'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { labSsh } from './harness/ssh-config.ts'
import { untilHealthy, untilSettled, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'

/** The parts of a document of `watch --json` that are checked. */
interface Entry {
  readonly kind: string
  readonly what: string
  readonly nodes: readonly number[]
  readonly addresses: readonly string[]
  readonly from: number | null
  readonly to: number | null
  readonly text: string
  readonly cause: string | null
  readonly awayMs: number | null
  readonly check: string | null
}

const overSsh = (lab: Lab): string[] => [...lab.program, 'watch', ...labSsh(lab).flags, '--host', lab.nodes[0]?.address ?? '']

/** Unsets CI, as a watch prints lines instead of a screen there. */
const surroundings = (lab: Lab): Record<string, string> => ({ HOME: lab.directory, LC_ALL: 'C.UTF-8', CI: '' })

/** Starts a watch that prints JSON lines, and waits until it has begun. */
async function watchAsJson(lab: Lab, ...options: string[]) {
  const [command = '', ...argv] = lab.argv(0, [...overSsh(lab), '--json', ...options])
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: lab.directory } })
  onTestFinished(() => void child.kill())
  const entries: Entry[] = []
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  createInterface(child.stdout).on('line', (line) => {
    const document = JSON.parse(line)
    if (document.kind !== undefined) entries.push(document)
  })
  const until = (what: string, isThere: (entry: Entry) => boolean) =>
    waitUntil(what, async () =>
      entries.some(isThere) ? undefined : `${Buffer.concat(errors)}${JSON.stringify(entries.slice(-5))}`,
    )
  await until('the watch has begun', ({ what }) => what === 'began')
  return { entries, until }
}

/** The number of lines in the log of each node. */
const logLengths = (lab: Lab): number[] => lab.pnns.map((pnn) => logOf(lab, pnn).length)
const logOf = (lab: Lab, pnn: number): string[] => readFileSync(lab.path(pnn, 'log/log.ctdb'), 'utf8').split('\n')

/** The addresses that daemons have taken and released since then, according to their logs: `take 1 10.99.1.130`. */
function movesInLogs(lab: Lab, since: readonly number[]): string[] {
  return lab.pnns.flatMap((pnn) =>
    logOf(lab, pnn)
      .slice((since[pnn] ?? 1) - 1)
      .flatMap((line) => {
        const [, verb, address] = /ctdbd\[\d+\]: (Takeover|Release) of IP (\S+)\/\d+ /.exec(line) ?? []
        return verb ? [`${verb === 'Takeover' ? 'take' : 'release'} ${pnn} ${address}`] : []
      }),
  )
}

/** The same moves, according to the timeline. */
const movesInTimeline = (entries: readonly Entry[]): string[] =>
  entries
    .filter(({ kind }) => kind === 'address')
    .flatMap(({ what, from, to, addresses: [address] }) => {
      if (what === 'released') return [`release ${from} ${address}`]
      return to !== null && (what === 'moved' || what === 'taken') ? [`take ${to} ${address}`] : []
    })

const ipOf = async (lab: Lab, pnn: number): Promise<string> => {
  const view = await viewOf(lab, pnn)
  if (typeof view === 'string') throw new Error(view)
  const [address] = [...view.owners].find(([ip, owner]) => owner === pnn && ip.includes('.')) ?? []
  if (address === undefined) throw new Error(`node ${pnn} owns no address`)
  return address
}

describeOnLab('watch', (lab) => {
  describe('as JSON lines, over SSH', () => {
    it('misses no address that moves between two looks', { timeout: 480_000 }, async () => {
      const since = logLengths(lab)
      const { entries, until } = await watchAsJson(lab, '--interval', '60')
      const address = await ipOf(lab, 0)
      for (let round = 0; round < 4; round++) {
        for (const to of ['1', '2', '0']) await lab.ctdb(0, 'moveip', address, to)
      }
      for (const node of [0, 2]) {
        await lab.must(node, 'ctdb', 'disable')
        await lab.must(node, 'ctdb', 'enable')
      }
      await untilHealthy(lab)
      const moves = () => movesInLogs(lab, since)
      await waitUntil('all moves are reported', async () => {
        const [told, real] = [movesInTimeline(entries), moves()]
        const lacking = real.filter(
          (move) => real.filter((each) => each === move).length > told.filter((each) => each === move).length,
        )
        return lacking.length === 0 ? undefined : `${[...new Set(lacking)].join(', ')} of ${real.length}`
      })
      expect(movesInTimeline(entries).toSorted()).toEqual(moves().toSorted())
      expect(moves().length).toBeGreaterThan(20)
      await until('takeover runs are reported', ({ kind }) => kind === 'takeover-run')
    })

    it('shows that an address is deleted, noticed and put back', { timeout: 240_000 }, async () => {
      const { entries, until } = await watchAsJson(lab)
      const address = await ipOf(lab, 1)
      const links = JSON.parse(await lab.must(1, 'ip', '-j', 'addr'))
      const link = links.find((each: { addr_info: { local: string }[] }) => each.addr_info.some(({ local }) => local === address))
      await lab.must(1, 'ip', 'addr', 'del', `${address}/24`, 'dev', link.ifname)
      await until(
        'it is back',
        ({ kind, what, addresses }) => kind === 'address' && what === 'taken' && addresses.includes(address),
      )
      await until('a takeover run has ended', ({ kind, what }) => kind === 'takeover-run' && what === 'finished')
      expect(entries.filter(({ what }) => what === 'moved')).toEqual([])
    })

    it('reports that a daemon was killed, where its addresses went, and that it is back', { timeout: 360_000 }, async () => {
      const { entries, until } = await watchAsJson(lab)
      const address = await ipOf(lab, 2)
      lab.killDaemon(2)
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      await until('its end is reported', ({ kind, nodes }) => kind === 'connection' && nodes.includes(2))
      await until('its health is reported', ({ kind, nodes }) => kind === 'health' && nodes.includes(2))
      await until(
        'its address has moved',
        ({ what, addresses, from }) => what === 'moved' && from === 2 && addresses.includes(address),
      )
      await lab.startDaemon(2)
      await untilHealthy(lab)
      await until('its connection is back', ({ what, nodes }) => what === 'sighted' && nodes.includes(2))
      expect(entries.map(({ text }) => text).join('\n')).not.toContain('undefined')
    })
  })

  describe('in a terminal', () => {
    it('shows every node and address live over SSH, and is read-only', { timeout: 240_000 }, async () => {
      const command = lab
        .argv(0, overSsh(lab))
        .map((word) => `'${word}'`)
        .join(' ')
      await using terminal = await openTerminal(command, surroundings(lab), { columns: 120, rows: 40 })
      const address = await ipOf(lab, 0)
      await terminal.shows(address)
      await terminal.shows('READ-ONLY')
      await terminal.press('a')
      await terminal.shows(/read-only/i)
      await lab.must(0, 'ctdb', 'disable')
      onTestFinished(async () => {
        await lab.ctdb(0, 'enable')
        await untilHealthy(lab)
      })
      await terminal.shows('DISABLED')
      // From the log of another node.
      await terminal.shows(/node[12] ctdb\S*: Node 0 has changed flags/)
      await lab.must(0, 'ctdb', 'enable')
      await untilHealthy(lab)
      await terminal.press('q')
      await terminal.shows('status 0')
    })

    it('reports cut SSH connections at once, stays usable, and reconnects', { timeout: 360_000 }, async () => {
      const command = lab
        .argv(0, overSsh(lab))
        .map((word) => `'${word}'`)
        .join(' ')
      await using terminal = await openTerminal(command, surroundings(lab), { columns: 120, rows: 40 })
      await terminal.shows(await ipOf(lab, 1))
      await lab.cutSshConnections(1)
      await terminal.press('Tab')
      await terminal.shows(/node 1.*(lost|cannot|closed|ended)/)
      await terminal.shows(/node 1.*(again|back)/)
      await terminal.press('q')
      await terminal.shows('status 0')
    })

    it('shows that the local daemon was killed, and that it is back', { timeout: 360_000 }, async () => {
      const command = lab
        .argv(1, [...lab.program, 'watch'])
        .map((word) => `'${word}'`)
        .join(' ')
      await using terminal = await openTerminal(command, surroundings(lab), { columns: 120, rows: 40 })
      await terminal.shows(await ipOf(lab, 1))
      lab.killDaemon(1)
      await terminal.shows(/retry|again in/)
      await terminal.press('?')
      await terminal.shows('help')
      await terminal.press('Escape')
      await lab.startDaemon(1)
      // Newer entries of the timeline soon push it off the screen.
      await terminal.shows(/again|back/)
      await untilHealthy(lab)
      await terminal.press('q')
      await terminal.shows('status 0')
    })
  })
})
