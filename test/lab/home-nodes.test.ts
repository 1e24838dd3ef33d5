import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { readsHomeNodes } from '../../src/lib/takeover/homes.ts'
import { compareOutcome } from '../../src/lib/takeover/outcome.ts'
import { type Plan, planTakeover } from '../../src/lib/takeover/plan.ts'
import { requestTakeoverRun } from '../../src/operations/administer/takeover-run.ts'
import { Cluster } from '../../src/operations/reach/cluster.ts'
import type { CtdbClient } from '../../src/transport/client/client.ts'
import { connectUnix } from '../../src/transport/local/socket.ts'
import { withHosts } from '../support/audit-cluster.ts'
import { describeOnLab } from './describe-on-lab.ts'
import { wholeCluster } from './harness/node-access.ts'
import { labSsh } from './harness/ssh-config.ts'
import { untilHealthy } from './harness/view.ts'
import { HOME_FILES, type WriteHomes } from './takeover-run/home-files.ts'
import { toggleDisabled } from './takeover-run/operations.ts'
import { pick, randomFrom } from './takeover-run/random.ts'
import { disableTakeoverRuns, look, settled } from './takeover-run/settle.ts'

/** Takeover runs that are predicted, every other one with a file. `LAB_HOMES=40 npm run test:lab -- home-nodes` makes more of them. */
const RUNS = Number(process.env.LAB_HOMES ?? 2)
/** LAB_SEED=… repeats those of an earlier run. */
const seed = Number(process.env.LAB_SEED ?? Date.now() % 1_000_000)

describeOnLab('home nodes', (lab) => {
  const file = (pnn: number) => lab.path(pnn, 'etc/home_nodes')
  const ctdbts = (...argv: string[]) => lab.ctdbts(0, ...argv, ...labSsh(lab).flags, '--host', '10.99.0.1')
  const removeFiles = () => {
    for (const pnn of lab.pnns) rmSync(file(pnn), { force: true })
  }

  afterAll(removeFiles)

  it('are written on all nodes, after the proposal is shown', async () => {
    const { stdout: proposal } = await ctdbts('home-nodes', '--print')
    expect(await ctdbts('home-nodes', '--write')).toMatchObject({ status: 1, stderr: expect.stringContaining('confirmation') })
    expect(lab.pnns.filter((pnn) => existsSync(file(pnn)))).toEqual([])
    const { stdout, status } = await ctdbts('home-nodes', '--write', '--yes')
    expect(stdout).toMatch(/^With these home nodes, the next takeover run moves nothing/m)
    expect(stdout).toMatch(/Node 0: wrote \/etc\/ctdb\/home_nodes\nNode 1: wrote .*\nNode 2: wrote .*\n$/)
    expect(status).toBe(0)
    expect(lab.pnns.map((pnn) => readFileSync(file(pnn), 'utf8'))).toEqual(lab.pnns.map(() => proposal))
  })

  it('that another algorithm does not read are found', async () => {
    const { stdout } = await ctdbts('verify', '--checks', 'home-nodes-unused', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ id: 'home-nodes-unused', nodes: [0, 1, 2] }], unknown: [] })
  })

  describe('with the deterministic algorithm', () => {
    const random = randomFrom(seed)
    let client: CtdbClient
    const setAlgorithm = async (value: string) => {
      for (const pnn of lab.pnns) await lab.must(pnn, 'ctdb', 'setvar', 'IPAllocAlgorithm', value)
    }

    beforeAll(async () => {
      client = await connectUnix(lab.socketPath(0), { timeoutMs: 30_000 })
      await setAlgorithm('0')
    })
    afterAll(async () => {
      await disableTakeoverRuns(client, 0)
      client.close()
      for (const pnn of lab.pnns) await lab.ctdb(0, 'enable', '-n', String(pnn))
      await setAlgorithm('2')
      await untilHealthy(lab)
    }, 240_000)

    /** Addresses that the plan of a snapshot puts on another node than the other plan does. */
    const movedBy = (snapshot: Snapshot, changed: Snapshot): number => {
      const other = new Map(planTakeover(changed).addresses.map(({ address, to }) => [address, to]))
      return planTakeover(snapshot).addresses.filter(({ address, to }) => other.get(address) !== to).length
    }

    /** Another node for each public address than the one on which it is due, in one of the ways that the file can be written. */
    const writeFiles = async (write: WriteHomes) => {
      const { addresses } = planTakeover(await look(client))
      const homes = addresses.map(({ address, to }) => [address, ((to ?? 0) + 1) % lab.pnns.length] as const)
      for (const pnn of lab.pnns) writeFileSync(file(pnn), write(homes, random))
    }

    /** Disables or enables a node while there are no takeover runs. @returns what is seen then, with the facts of all machines. */
    async function change(): Promise<Snapshot> {
      await disableTakeoverRuns(client, 120)
      const calm = await look(client)
      const operation = toggleDisabled(calm, pick(random, lab.pnns))
      await operation.carryOut(client, lab)
      await settled(client, calm, operation.hasArrived)
      using cluster = await Cluster.open(wholeCluster(lab))
      return await cluster.sample()
    }

    /** Lets the next takeover run happen. @returns how its outcome differs from the plan. */
    async function outcomeOf(plan: Plan): Promise<unknown[]> {
      await disableTakeoverRuns(client, 0)
      await requestTakeoverRun(client, client.pnn(), { timeoutMs: 30_000 })
      return [...compareOutcome(plan, await look(client)).differences]
    }

    /** Plans a takeover run, and lets it happen. Without a way to write a file there is none. */
    async function follow(write: WriteHomes | undefined) {
      if (write) await writeFiles(write)
      else removeFiles()
      const before = await change()
      const found = write ? 'string' : 'object'
      expect(before.nodes.map(({ host }) => typeof host?.homeNodesFile)).toEqual(lab.pnns.map(() => found))
      const plan = planTakeover(before)
      const without = withHosts(before, () => ({ homeNodesFile: null }))
      const reads = before.nodes.every(({ host }) => readsHomeNodes(host?.version))
      if (!write || !reads) expect(plan).toEqual(planTakeover(without))
      return {
        reads,
        matters:
          movedBy(
            without,
            withHosts(before, () => ({ version: '4.20.0' })),
          ) > 0,
        moves: plan.addresses.some(({ from, to }) => from !== to),
        differences: await outcomeOf(plan),
      }
    }

    it(`${RUNS} plans come true with and without them`, { timeout: 60_000 + RUNS * 30_000 }, async () => {
      const followed: Awaited<ReturnType<typeof follow>>[] = []
      while (followed.length < RUNS) {
        const round = followed.length
        followed.push(await follow(round % 2 === 0 ? HOME_FILES[(round / 2) % HOME_FILES.length] : undefined))
      }
      const count = (is: (each: (typeof followed)[number]) => boolean) => followed.filter(is).length
      process.stdout.write(
        `${count(({ differences }) => differences.length === 0)} of ${RUNS} plans came true, ${count(({ moves }) => moves)} moved ` +
          `addresses; a CTDB that reads home nodes (this one: ${followed.some(({ reads }) => reads)}) places addresses elsewhere by ` +
          `them in ${count(({ matters }) => matters)} (LAB_SEED=${seed})\n`,
      )
      expect(followed.map(({ differences }) => differences)).toEqual(followed.map(() => []))
      expect(count(({ matters }) => matters)).toBeGreaterThan(0)
    })
  })
})
