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

/** What is used of a document of `watch --json`. */
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

/** That tests run in a CI shall not count, as a watch writes lines there. */
const surroundings = (lab: Lab): Record<string, string> => ({ HOME: lab.directory, LC_ALL: 'C.UTF-8', CI: '' })

/** A watch that writes JSON lines, begun. */
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

/** How many lines each node's log has. */
const logLengths = (lab: Lab): number[] => lab.pnns.map((pnn) => logOf(lab, pnn).length)
const logOf = (lab: Lab, pnn: number): string[] => readFileSync(lab.path(pnn, 'log/log.ctdb'), 'utf8').split('\n')

/** What the daemons have written since then of addresses that they took or released: `take 1 10.99.1.130`. */
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

/** The same, as the timeline tells it. */
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
    it('misses no address that moves between two looks', { timeout: 240_000 }, async () => {
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
      await waitUntil('all moves are told', async () => {
        const [told, real] = [movesInTimeline(entries), moves()]
        const lacking = real.filter(
          (move) => real.filter((each) => each === move).length > told.filter((each) => each === move).length,
        )
        return lacking.length === 0 ? undefined : `${[...new Set(lacking)].join(', ')} of ${real.length}`
      })
      expect(movesInTimeline(entries).toSorted()).toEqual(moves().toSorted())
      expect(moves().length).toBeGreaterThan(20)
      await until('takeover runs are told', ({ kind }) => kind === 'takeover-run')
    })

    it("tells the seed's story: an address is wiped, noticed, and put back", { timeout: 120_000 }, async () => {
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

    it('tells of a daemon that is killed, where its addresses go, and that it is back', { timeout: 180_000 }, async () => {
      const { entries, until } = await watchAsJson(lab)
      const address = await ipOf(lab, 2)
      lab.killDaemon(2)
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      await until('its end is told', ({ kind, nodes }) => kind === 'connection' && nodes.includes(2))
      await until('its health is told', ({ kind, nodes }) => kind === 'health' && nodes.includes(2))
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
    it('shows every node and address, live, over SSH, and what is read-only there', { timeout: 120_000 }, async () => {
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
      await lab.must(0, 'ctdb', 'enable')
      await untilHealthy(lab)
      await terminal.press('q')
      await terminal.shows('status 0')
    })

    it('says at once that the SSH connections are cut, stays usable, and finds its way back', { timeout: 180_000 }, async () => {
      const command = lab
        .argv(0, overSsh(lab))
        .map((word) => `'${word}'`)
        .join(' ')
      await using terminal = await openTerminal(command, surroundings(lab), { columns: 120, rows: 40 })
      await terminal.shows(await ipOf(lab, 1))
      await lab.exec(1, ['pkill', '-f', '^sshd: root'])
      await terminal.press('Tab')
      await terminal.shows(/node 1.*(lost|cannot|closed|ended)/)
      await terminal.shows(/node 1.*(again|back)/)
      await terminal.press('q')
      await terminal.shows('status 0')
    })

    it('shows the daemon of this machine that is killed, and back', { timeout: 180_000 }, async () => {
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
      await untilHealthy(lab)
      await terminal.shows(/again|back/)
      await terminal.press('q')
      await terminal.shows('status 0')
    })
  })
})
