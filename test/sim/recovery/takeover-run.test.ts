import { describe, expect, it } from 'vitest'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { type ClusterNode, NODE_FLAG, UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import { messageText } from '../../../src/lib/log/messages.ts'
import { CONTROL_FLAG } from '../../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../../src/lib/wire/destination.ts'
import type { Ask } from '../../../src/sim/daemon/ask.ts'
import { ControlFailure } from '../../../src/sim/daemon/control-failure.ts'
import type { Log } from '../../../src/sim/daemon/log.ts'
import { VirtualClock } from '../../../src/sim/process/clock.ts'
import { Program } from '../../../src/sim/process/program.ts'
import { until } from '../../../src/sim/process/wait.ts'
import { runTakeover, TakeoverFailure } from '../../../src/sim/recovery/takeover-run.ts'

/** How the tests name GET_PUBLIC_IPS with the flag for the available addresses. */
const AVAILABLE = 'getPublicIps, available'

interface Told {
  readonly era?: '2017' | 'now'
  /** Flags of the nodes, by PNN. */
  readonly flags: readonly number[]
  /** Owners of 10.0.0.1, 10.0.0.2, … by their own word; all nodes know all addresses. Undefined for nobody. */
  readonly owners: readonly (number | undefined)[]
  readonly available?: boolean
  /** Whether a node refuses a control. */
  refuses?(to: number, name: string): boolean
  /** How long a control takes. */
  readonly takesMs?: number
}

/** One run, of a leader that asks nodes who are only told of. */
function run({ era = 'now', flags, owners, available = true, refuses = () => false, takesMs = 10 }: Told) {
  const clock = new VirtualClock(0)
  const bugs: unknown[] = []
  const program = new Program(clock, (error) => bugs.push(error))
  const asked: { to: number; name: string; atMs: number; limitMs: number }[] = []
  const lines: string[] = []
  const nodes = flags.map((each, pnn): ClusterNode => ({ pnn, flags: each, address: publicSocketAddress(`10.9.0.${pnn + 1}`) }))
  const known = owners.map((pnn = UNKNOWN_PNN, index) => ({ pnn, address: publicSocketAddress(`10.0.0.${index + 1}`) }))
  const answers: Readonly<Record<string, unknown>> = {
    getAllTunables: { IPAllocAlgorithm: 2, TakeoverTimeout: 5 },
    getNodeMap: nodes,
    getPublicIps: known,
    [AVAILABLE]: available ? known : [],
  }
  const ask: Ask = function* (to, control, _request, limitMs, flags) {
    const name = flags === CONTROL_FLAG.ONLY_AVAILABLE ? `${control}, available` : control
    asked.push({ to, name, atMs: clock.nowMs, limitMs })
    yield* until(program.sleep(Math.min(takesMs, limitMs)))
    if (takesMs > limitMs || refuses(to, name)) throw new ControlFailure(-1)
    return answers[name] as never
  }
  const log: Log = (_, name, ...values) => lines.push(messageText(name, era, values)?.text ?? '')
  let outcome: unknown
  program.start(runTakeover({ ask, program, log, era, forceRebalance: [] }), (ended) => {
    outcome = ended.ok ? 'ok' : ended.error
  })
  clock.advanceBy(200_000)
  if (bugs.length > 0) throw bugs[0]
  const culprit = outcome instanceof TakeoverFailure ? outcome.culprit : undefined
  return { outcome, culprit, asked, lines, names: [...new Set(asked.map(({ name }) => name))] }
}

const failed = expect.any(TakeoverFailure)

describe('a takeover run', () => {
  it('collects, releases, takes over and announces, one step after the other', () => {
    const { outcome, names, asked } = run({ flags: [0, 0], owners: [0, 0, 0, undefined] })
    expect([outcome, names]).toEqual([
      'ok',
      [
        'getAllTunables',
        'getNodeMap',
        'getPublicIps',
        AVAILABLE,
        'startIpReallocate',
        'releaseIp',
        'takeoverIp',
        'ipReallocated',
      ],
    ])
    expect(asked.slice(0, 2).map(({ to }) => to)).toEqual([DESTINATION.CURRENT_NODE, DESTINATION.CURRENT_NODE])
    const at = (name: string) => new Set(asked.filter((each) => each.name === name).map(({ atMs }) => atMs))
    expect([at('releaseIp'), at('takeoverIp')]).toEqual([new Set([50]), new Set([60])])
  })

  it('had separate controls for IPv4 in 2017, and no START_IPREALLOCATE', () => {
    const { names } = run({ era: '2017', flags: [0, 0], owners: [0] })
    expect(names.slice(4)).toEqual(['releaseIpv4', 'takeoverIpv4', 'ipReallocated'])
  })

  it('asks connected nodes for their known addresses, and active nodes for their available ones', () => {
    const { asked } = run({ flags: [0, NODE_FLAG.BANNED, NODE_FLAG.DISCONNECTED, NODE_FLAG.DELETED], owners: [0] })
    const to = (name: string) => asked.filter((each) => each.name === name).map((each) => each.to)
    expect([to('getPublicIps'), to(AVAILABLE)]).toEqual([[0, 1], [0]])
    expect([to('startIpReallocate'), to('releaseIp'), to('takeoverIp'), to('ipReallocated')]).toEqual([[0, 1], [1], [0], [0, 1]])
  })

  it('only sends IPREALLOCATED when no address has an owner and none can be hosted', () => {
    const { outcome, names, lines } = run({ flags: [0, 0], owners: [undefined], available: false })
    expect([outcome, names.slice(4), lines]).toEqual(['ok', ['ipReallocated'], ['No nodes available to host public IPs yet']])
    expect(run({ flags: [0, 0], owners: [1], available: false }).names).toContain('releaseIp')
  })

  it('gives all changes together three times TakeoverTimeout', () => {
    const { asked } = run({ flags: [0, 0], owners: [0], takesMs: 4_000 })
    expect(asked.slice(-6).map(({ name, limitMs }) => [name, limitMs])).toEqual([
      ['startIpReallocate', 15_000],
      ['startIpReallocate', 15_000],
      ['releaseIp', 11_000],
      ['takeoverIp', 7_000],
      ['ipReallocated', 3_000],
      ['ipReallocated', 3_000],
    ])
  })
})

describe('a takeover run fails', () => {
  it('without a culprit when its own daemon refuses', () => {
    const { outcome, culprit } = run({ flags: [0, 0], owners: [0], refuses: (_, name) => name === 'getNodeMap' })
    expect([outcome, culprit]).toEqual([failed, undefined])
  })

  it.each(['getPublicIps', AVAILABLE, 'startIpReallocate', 'releaseIp', 'takeoverIp', 'ipReallocated'] as const)(
    'when a node fails at %s, after all have answered and before the next step',
    (refused) => {
      const owners = [0, 0, undefined]
      const { outcome, culprit, names, lines } = run({
        flags: [0, 0],
        owners,
        refuses: (to, name) => to === 1 && name === refused,
      })
      expect([outcome, culprit, names.at(-1), lines.length]).toEqual([failed, 1, refused, expect.any(Number)])
      expect(lines[0]).toMatch(/failed on node 1, ret=-1$/)
    },
  )

  it('by the node that failed most often; the lowest PNN of several', () => {
    const refuses = (_: number, name: string) => name === 'releaseIp'
    const uneven = run({ flags: [0, 0, 0], owners: [0, 0, 1, 1, 2], refuses })
    expect([uneven.culprit, uneven.lines.length]).toEqual([2, 10])
    expect(run({ flags: [0, 0, 0], owners: [2, 1, 0], refuses }).culprit).toBe(0)
  })

  it("with 2017's log lines", () => {
    const { lines } = run({ era: '2017', flags: [0, 0], owners: [0], refuses: (_, name) => name === 'releaseIpv4' })
    expect(lines).toEqual([' Async control RELEASE_IP failed'])
  })
})
