import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHistory, shiftedLog } from '../support/history.ts'
import { type Action, judgeNight, type Rest } from '../support/night-judge.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { TUNABLES } from './harness/node-files.ts'
import { untilHealthy, untilSettled, viewOf } from './harness/view.ts'
import { waitUntil } from './harness/wait.ts'
import { cleanUp, INCIDENTS, type Incident, logOf, SCRIPT_SECONDS } from './night/incidents.ts'
import { Listener } from './night/listener.ts'
import { pick, randomFrom } from './takeover-run/random.ts'

/** NIGHT_INCIDENTS=40 makes as many. */
const COUNT = Number(process.env.NIGHT_INCIDENTS ?? 30)
/** LAB_SEED=… repeats the incidents of an earlier run. */
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)
/** NIGHT_LEVEL=INFO makes the daemons say more than they do by default. */
const LEVEL = process.env.NIGHT_LEVEL
/** NIGHT_KEEP=FOLDER keeps the logs and the truth there, in the form of test/golden/logs-4.25. */
const KEEP = process.env.NIGHT_KEEP
/** NIGHT_KINDS=kill,ban draws only these. */
const KINDS = process.env.NIGHT_KINDS?.split(',')

/** When no node has logged anything but noise for so long, nothing goes on. Noise comes all the time, at INFO from the tools that look. */
const QUIET_MS = 1_500
const NOISE = /ctdb-eventd|monitor|client|message handler/i

/** A random order in which each kind comes as often as the others. */
function drawIncidents(random: () => number): readonly Incident[] {
  const possible = INCIDENTS.filter(({ kind }) => KINDS?.includes(kind) ?? true)
  const drawn: Incident[] = []
  let bag: Incident[] = []
  while (drawn.length < COUNT) {
    if (bag.length === 0) bag = [...possible]
    const one = pick(random, bag)
    bag = bag.filter((each) => each !== one)
    drawn.push(one)
  }
  return drawn
}

describeOnLab(`a night of ${COUNT} incidents`, (lab) => {
  const random = randomFrom(seed)
  const actions: Action[] = []
  const rests: Rest[] = []
  let listener: Listener

  beforeAll(async () => {
    process.stdout.write(`${COUNT} incidents, LAB_SEED=${seed}\n`)
    for (const pnn of lab.pnns) {
      const tunables = { ...TUNABLES, EventScriptTimeout: SCRIPT_SECONDS, MonitorTimeoutCount: 1 }
      writeTunables(pnn, tunables)
      await lab.setTunable('EventScriptTimeout', SCRIPT_SECONDS)
      await lab.setTunable('MonitorTimeoutCount', 1)
      if (LEVEL !== undefined) await setLevel(pnn, LEVEL)
    }
    await untilQuiet()
    listener = await Listener.start(lab)
    await rest()
  })

  afterAll(async () => {
    await listener?.stop()
    if (listener) keep()
    await cleanUp(lab)
    for (const pnn of lab.pnns) {
      writeTunables(pnn, TUNABLES)
      if (LEVEL !== undefined) await setLevel(pnn, 'NOTICE')
    }
    await lab.setTunable('EventScriptTimeout', 30)
    await lab.setTunable('MonitorTimeoutCount', 20)
    await untilHealthy(lab)
  })

  /** Sets the level of a node's log, also for daemons that are started later. */
  async function setLevel(pnn: number, level: string): Promise<void> {
    const file = lab.path(pnn, 'etc/ctdb.conf')
    const text = readFileSync(file, 'utf8').replaceAll(/^ *log level = .*\n/gm, '')
    writeFileSync(file, text.replace('[logging]\n', `[logging]\n  log level = ${level}\n`))
    await lab.must(pnn, 'ctdb', 'setdebug', level)
  }

  const writeTunables = (pnn: number, tunables: Readonly<Record<string, number>>) =>
    writeFileSync(
      lab.path(pnn, 'etc/ctdb.tunables'),
      Object.entries(tunables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )

  /** Waits until no node has logged anything for a while, besides what monitor events say. */
  async function untilQuiet(): Promise<void> {
    let last = ''
    let sinceMs = Date.now()
    await waitUntil('nothing is logged any more', async () => {
      const now = lab.pnns
        .map((pnn) =>
          logOf(lab, pnn)
            .split('\n')
            .findLast((line) => line !== '' && !NOISE.test(line)),
        )
        .join('\n')
      if (now !== last) sinceMs = Date.now()
      last = now
      return Date.now() - sinceMs >= QUIET_MS ? undefined : now
    })
  }

  /** Waits until the cluster is healthy and at rest, and notes who owns the addresses. */
  async function rest(): Promise<void> {
    await untilSettled(
      lab,
      lab.pnns.map(() => 'OK'),
    )
    await untilQuiet()
    const view = await viewOf(lab, 0)
    if (typeof view === 'string') throw new Error(view)
    rests.push({ at: Date.now(), owners: new Map([...view.owners].map(([address, pnn]) => [address, pnn < 0 ? null : pnn])) })
  }

  it.each(drawIncidents(random).map((incident, n) => ({ ...incident, n })))(
    '$n: $kind',
    async ({ kind, isOfLeader, carryOut, n }) => {
      const node = isOfLeader ? await lab.leader() : pick(random, lab.pnns)
      const other = pick(
        random,
        lab.pnns.filter((pnn) => pnn !== node),
      )
      const note = (phase: string) => actions.push({ n, kind, node, other, phase, at: Date.now() })
      const beganMs = Date.now()
      note('begin')
      await carryOut({ lab, random, node, other, undo: () => note('undo'), untilQuiet }).catch(async (error: unknown) => {
        await cleanUp(lab)
        throw error
      })
      await rest()
      note('end')
      process.stdout.write(`${n}: ${kind} of node ${node}, ${Math.round((Date.now() - beganMs) / 1_000)} s\n`)
      expect(actions.at(-1)?.n).toBe(n)
    },
    180_000,
  )

  describe.each([
    { name: 'as they were', shifted: -1, aheadMs: 0 },
    { name: 'with the clock of node 1 ahead by 7 s', shifted: 1, aheadMs: 7_000 },
  ])('is told from the logs $name', ({ shifted, aheadMs }) => {
    it('as it was heard, with the right causes', () => {
      const logs = lab.pnns.map((pnn) => ({
        file: `node${pnn}.log`,
        text: shiftedLog(logOf(lab, pnn), pnn === shifted ? aheadMs : 0),
      }))
      const history = readHistory(logs)
      expect(history.unknown).toEqual([])
      const [first] = rests
      const entries = history.entries.filter(({ atMs }) => atMs > (first?.at ?? 0))
      const { wrong, moves, named, unnamed } = judgeNight({ ...history, entries }, { truth: listener.heard, actions, rests })
      process.stdout.write(`${COUNT} incidents, ${moves} moves, ${named} causes named (LAB_SEED=${seed})\n`)
      process.stdout.write(unnamed.map((text) => `no cause: ${text}\n`).join(''))
      expect(wrong, `LAB_SEED=${seed}`).toEqual([])
      expect(named / moves, `LAB_SEED=${seed}; no cause: ${unnamed.join('; ')}`).toBeGreaterThanOrEqual(0.95)
    })
  })

  function keep(): void {
    if (KEEP === undefined) return
    mkdirSync(KEEP, { recursive: true })
    for (const pnn of lab.pnns) writeFileSync(`${KEEP}/node${pnn}.log`, logOf(lab, pnn))
    for (const [name, list] of Object.entries({
      truth: listener.heard,
      actions,
      rests: rests.map(({ at, owners }) => ({ at, owners: [...owners] })),
    })) {
      writeFileSync(`${KEEP}/${name}.jsonl`, '')
      for (const each of list) appendFileSync(`${KEEP}/${name}.jsonl`, `${JSON.stringify(each)}\n`)
    }
  }
})
