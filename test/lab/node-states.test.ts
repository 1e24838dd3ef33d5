import { afterEach, describe, expect, it } from 'vitest'
import { describeOnLab } from './describe-on-lab.ts'
import type { Lab } from './harness/lab.ts'
import { untilHealthy, untilSettled } from './harness/view.ts'
import { runBoth, type Shown, shown } from './side-by-side/compare.ts'

const NODE = 2

const CHANGES = [
  { to: ['disable'], back: ['enable'], flag: 'Disabled', how: 'disabled' },
  { to: ['stop'], back: ['continue'], flag: 'Stopped', how: 'stopped' },
  { to: ['ban', '300'], back: ['unban'], flag: 'Banned', how: 'banned' },
] as const

type Tool = 'ctdb' | 'ctdbts'

/** What a tool prints about a change, and what state the node is in right after it, and whether it owns an address. */
async function change(lab: Lab, tool: Tool, from: number, argv: readonly string[]) {
  const result = shown(await lab[tool](from, '-n', String(NODE), ...argv))
  const [, ...nodes] = (await lab.ctdb(0, '-X', 'nodestatus', String(NODE))).stdout.trim().split('\n')
  const holds = / 2$/m.test(await lab.must(0, 'ctdb', 'ip'))
  return { result, nodes: nodes.map((line) => line.replace(/\|[YN]\|$/, '')), holds }
}

const silent: Shown = { stdout: '', stderr: '', status: 0 }

describeOnLab("changes nodes' states as the real tool does", (lab) => {
  afterEach(async () => {
    for (const { back } of CHANGES) await lab.ctdb(0, '-n', String(NODE), ...back)
    await untilHealthy(lab)
  })

  describe.each(CHANGES)('$to.0, $back.0', ({ to, back, flag, how }) => {
    // From another node, and from the node itself. A banned node has an outdated node map.
    it.each([0, NODE])('waits for the same when run on node %i', { timeout: 180_000 }, async (from) => {
      const seen: Record<Tool, unknown[]> = { ctdb: [], ctdbts: [] }
      for (const tool of ['ctdb', 'ctdbts'] as const) {
        seen[tool].push(await change(lab, tool, from, to), await change(lab, tool, from, back))
        await untilHealthy(lab)
      }
      expect(seen.ctdbts).toEqual(seen.ctdb)
      expect(seen.ctdbts).toMatchObject([{ result: silent, holds: false }, { result: silent }])
    })

    it('prints the same when there is nothing to do', async () => {
      const idle = await runBoth(lab, 0, ['-n', String(NODE), ...back])
      expect(idle.ctdbts).toEqual({ ...silent, stderr: `Node ${NODE} is not ${how}\n` })
      expect(idle.ctdbts).toEqual(idle.ctdb)
      await lab.must(0, 'ctdb', '-n', String(NODE), ...to)
      await untilSettled(lab, ['OK', 'OK', flag])
      const already = await runBoth(lab, 1, ['-n', String(NODE), ...to])
      expect(already.ctdbts).toEqual({ ...silent, stderr: `Node ${NODE} is already ${how}\n` })
      expect(already.ctdbts).toEqual(already.ctdb)
    })
  })

  it('rejects the same ban times', async () => {
    for (const words of [['0'], ['x'], ['--', '-1'], []]) {
      const { ctdb, ctdbts } = await runBoth(lab, 0, ['ban', ...words], { normal: withoutUsage })
      expect(ctdbts).toEqual(ctdb)
    }
  })

  it('waits for a recovery, and for a takeover run', async () => {
    const generation = async () => /^Generation:(\d+)$/m.exec(await lab.must(0, 'ctdb', 'status'))?.[1]
    const before = await generation()
    for (const argv of [['recover'], ['-n', '1', 'recover'], ['sync'], ['ipreallocate']]) {
      expect(shown(await lab.ctdbts(0, ...argv))).toEqual(silent)
    }
    expect(await generation()).not.toBe(before)
  })
})

describeOnLab("reads a node's files and asks its event daemon as the real tool does", (lab) => {
  it.each([
    'listnodes',
    '-X listnodes',
    '-Y -x ; listnodes',
    '-n 1 listnodes',
    'reloadnodes',
    '-n 1 reloadnodes',
    'event status legacy monitor',
    'event status legacy startup',
    'event status legacy never',
    'event status other monitor',
    'event script list legacy',
    'event script enable legacy 99.none',
    'event script disable legacy 99.none',
    'event run 10 legacy ipreallocated',
    'scriptstatus',
    'scriptstatus ipreallocated',
    'natgw leader',
    'natgw list',
    'lvs status',
    'lvs what',
  ])('%s', async (line) => {
    const { ctdb, ctdbts } = await runBoth(lab, 0, line.split(' '))
    expect(ctdbts).toEqual(ctdb)
  })

  it('shuts down its own daemon as the real tool does', { timeout: 240_000 }, async () => {
    const ends: Shown[] = []
    for (const tool of ['ctdb', 'ctdbts'] as const) {
      ends.push(shown(await lab[tool](NODE, 'shutdown')))
      await lab.startDaemon(NODE)
      await untilHealthy(lab)
    }
    expect(ends).toEqual([silent, silent])
  })
})

/** The tools have different usage texts. */
const withoutUsage = (run: Shown): Shown => ({ ...run, stdout: run.stdout.replace(/^Usage:[\s\S]*?\n\n/, '') })
