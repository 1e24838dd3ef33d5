import { describe, expect, it } from 'vitest'
import type { History } from '../../../src/lib/history/history.ts'
import { ownersAt } from '../../../src/lib/history/owners.ts'
import { entryTexts, readHistory } from '../../support/history.ts'

const IP = '10.0.0.31'
const TAKE = `Takeover of IP ${IP}/24 on interface eth1`
const releaseTo = (pnn: number) => `Release of IP ${IP}/24 on interface eth1  node:${pnn}`
const DROP = 'Dropping all public IP addresses'
const TOO_LONG = 'Been in recovery mode for too long. Dropping all IPS'

/** What nodes logged: second, node, program, text. */
type Lines = readonly (readonly [number, number, 'ctdbd' | 'ctdb-recoverd' | 'ctdb-takeover' | 'ctdb-eventd', string])[]

/** A run of node 0 at a second. */
const run = (second: number, outcome = 'completed successfully'): Lines => [
  [second, 0, 'ctdb-recoverd', 'Takeover run starting'],
  [second, 1, 'ctdb-recoverd', 'Disabling takeover runs for 60 seconds'],
  [second + 0.5, 0, 'ctdb-recoverd', `Takeover run ${outcome}`],
  [second + 0.5, 1, 'ctdb-recoverd', 'Reenabling takeover runs'],
]

/** The history of the logs of nodes 0 and 1. */
function historyOfLines(lines: Lines): History {
  const textOf = (pnn: number) =>
    lines
      .filter(([, node]) => node === pnn)
      .sort(([a], [b]) => a - b)
      .map(([second, , program, text]) => {
        const time = new Date(Date.UTC(2026, 10, 28, 16) + second * 1_000).toISOString().replace('Z', '000+00:00')
        return `${time} node${pnn} ${program}[1]: ${text}\n`
      })
      .join('')
  return readHistory([0, 1].map((pnn) => ({ file: `node${pnn}.log`, text: textOf(pnn), node: pnn })))
}

const told = (lines: Lines): readonly string[] => entryTexts(historyOfLines(lines).entries)

/** Who owns the address at the end; null for nobody, undefined if that is not known. */
const ownerAtTheEnd = (lines: Lines): number | null | undefined =>
  ownersAt(historyOfLines(lines).owners, Number.MAX_SAFE_INTEGER).find(({ address }) => address === IP)?.owner

const aboutAddresses = (lines: Lines) => told(lines).filter((text) => text.startsWith('address'))

describe('a node that drops all its addresses', () => {
  it('does so as it was in recovery mode for too long, whatever its flags are', () => {
    const texts = aboutAddresses([
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      [5, 0, 'ctdbd', 'Disable node'],
      [20, 0, 'ctdbd', TOO_LONG],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
    ])
    expect(texts.at(-1)).toBe(`address released: node 0 released ${IP}; node 0 was in recovery mode for too long`)
  })

  it('releases each once at the level INFO, which names them too', () => {
    const other = '10.0.0.32'
    const lines: Lines = [
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      [20, 0, 'ctdbd', DROP],
      [20.1, 0, 'ctdbd', `Release of IP ${IP}/24 on interface eth1 node:-1`],
      [20.2, 0, 'ctdbd', `Release of IP ${other}/24 on interface eth1 node:-1`],
      [20.3, 0, 'ctdbd', '../../ctdb/server/ctdb_takeover.c:1689 Released 2 public IPs'],
    ]
    const released = aboutAddresses(lines).filter((text) => text.includes('released'))
    expect(released).toHaveLength(2)
    expect(released[0]).toBe(`address released: node 0 released ${IP}`)
    expect(released[1]).toContain(`node 0 released ${other}`)
  })

  it('does not release what its kernel lacks', () => {
    const texts = aboutAddresses([
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      [1, 0, 'ctdbd', 'Takeover of IP 10.0.0.32/24 on interface eth1'],
      [10, 0, 'ctdb-recoverd', `Assigned IP ${IP} not on an interface`],
      [20, 0, 'ctdbd', 'Stopping node'],
      [20, 0, 'ctdbd', DROP],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
    ])
    expect(texts.slice(2)).toEqual([
      'address released: node 0 released 10.0.0.32; node 0 became STOPPED|INACTIVE',
      `address released: node 0 does not own ${IP} any more, and no other node does`,
    ])
  })

  it('may have released others than what its kernel lacks, which the log does not name', () => {
    const texts = aboutAddresses([
      [10, 0, 'ctdb-recoverd', `Assigned IP ${IP} not on an interface`],
      [20, 0, 'ctdbd', DROP],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
    ])
    expect(texts).toEqual([
      `address released: node 0 does not own ${IP} any more, and no other node does`,
      'address released: node 0 released an address that the log does not name',
    ])
  })

  it('has released what another one takes soon after, unless that one takes others too', () => {
    const stops = (...taken: Lines): Lines => [
      ...run(1),
      [1, 1, 'ctdbd', 'Takeover of IP 10.0.0.32/24 on interface eth1'],
      [20, 0, 'ctdbd', 'Stopping node'],
      [20, 0, 'ctdbd', DROP],
      [20.1, 0, 'ctdbd', 'Released 1 public IPs'],
      ...run(22),
      [22.1, 1, 'ctdbd', TAKE],
      ...taken,
    ]
    expect(aboutAddresses(stops()).slice(1)).toEqual([
      `address released: node 0 released ${IP}; node 0 became STOPPED|INACTIVE`,
      `address moved: ${IP} moved from node 0 to node 1; node 0 became STOPPED|INACTIVE`,
    ])
    const texts = aboutAddresses(stops([22.1, 1, 'ctdbd', 'Takeover of IP 10.0.0.32/24 on interface eth1']))
    expect(texts.slice(1)).toContain('address released: node 0 released an address that the log does not name')
    expect(texts).toContain(`address taken: node 1 took ${IP}`)
  })

  it('does not have them again because it became healthy before', () => {
    const texts = aboutAddresses([
      [1, 0, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'],
      [9, 0, 'ctdbd', 'Node became HEALTHY. Ask recovery master to reallocate IPs'],
      [20, 0, 'ctdbd', TOO_LONG],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
      ...run(30),
      [30, 0, 'ctdbd', TAKE],
    ])
    expect(texts.at(-1)).toBe(`address taken: node 0 took ${IP}`)
  })

  it('keeps what it says that it cannot release', () => {
    const texts = aboutAddresses([
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      [20, 0, 'ctdbd', DROP],
      [21, 0, 'ctdbd', `Error releasing IP ${IP}`],
      [21, 0, 'ctdbd', 'Released 0 public IPs'],
    ])
    expect(texts).toEqual([`address taken: node 0 took ${IP}`])
  })

  it('may have released what it took meanwhile, and the log does not say so', () => {
    const texts = aboutAddresses([
      [20, 0, 'ctdbd', DROP],
      [20.5, 0, 'ctdbd', TAKE],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
      ...run(30),
      [30, 1, 'ctdbd', TAKE],
    ])
    expect(texts).toEqual([
      'address released: node 0 released an address that the log does not name',
      `address taken: node 0 took ${IP}; the log does not show that this was completed`,
      `address moved: ${IP} moved from node 0 to node 1`,
    ])
  })

  it('releases an address too that was not its own, as a script says', () => {
    const texts = aboutAddresses([
      [20, 0, 'ctdbd', DROP],
      [21, 0, 'ctdb-eventd', `10.interface: WARNING: Public IP ${IP} hosted on interface eth1 but VNN says __none__`],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
    ])
    expect(texts).toEqual([`address released: node 0 released ${IP}`])
  })
})

it.each([-1, 1])('a daemon is killed, and another node logs that it lost it %i ms after its recovery daemon does', (laterMs) => {
  const texts = aboutAddresses([
    ...run(1),
    [1, 1, 'ctdbd', TAKE],
    [5, 1, 'ctdb-recoverd', 'recovery daemon parent died - exiting'],
    [5 + laterMs / 1_000, 0, 'ctdbd', 'Tearing down connection to dead node :1'],
    ...run(6),
    [6.1, 0, 'ctdbd', TAKE],
  ])
  expect(texts.at(-1)).toContain(`${IP} moved from node 1 to node 0; node 1 became DISCONNECTED|UNHEALTHY|INACTIVE`)
})

describe('what has begun, but did not end', () => {
  it('is said to be so of a node whose daemon ended', () => {
    const texts = aboutAddresses([
      [1, 0, 'ctdb-recoverd', 'Takeover run starting'],
      [1, 1, 'ctdbd', TAKE],
      [1.2, 1, 'ctdb-recoverd', 'recovery daemon parent died - exiting'],
      [1.5, 0, 'ctdb-recoverd', 'Takeover run unsuccessful'],
      ...run(9),
    ])
    expect(texts[0]).toBe(`address taken: node 1 took ${IP}; the log does not show that this was completed`)
  })

  it('is no release if the scripts fail after the end of the run', () => {
    const texts = aboutAddresses([
      ...run(1, 'unsuccessful'),
      [1, 1, 'ctdbd', releaseTo(0)],
      [1.4, 0, 'ctdb-takeover', `RELEASE_IP ${IP} failed on node 1, ret=-110`],
      [9, 1, 'ctdbd', `IP ${IP} still hosted during release IP callback, failing`],
    ])
    expect(texts).toEqual([`address failed: node 1 could not release ${IP}`])
  })

  it('is known to have ended with the run, unless the leader says that it failed', () => {
    const texts = aboutAddresses([
      ...run(1, 'unsuccessful'),
      [1, 1, 'ctdbd', TAKE],
      [1, 1, 'ctdbd', 'Takeover of IP 10.0.0.32/24 on interface eth1'],
      [1.4, 0, 'ctdb-takeover', 'TAKEOVER_IP 10.0.0.32 failed on node 1, ret=-1'],
    ])
    expect(texts).toEqual([
      `address taken: node 1 took ${IP}`,
      'address taken: node 1 took 10.0.0.32; the log does not show that this was completed',
    ])
  })
})

describe('a split cluster', () => {
  const apart: Lines = [
    [10, 0, 'ctdbd', 'Tearing down connection to dead node :1'],
    [10, 1, 'ctdbd', 'Tearing down connection to dead node :0'],
    [11, 1, 'ctdb-recoverd', 'Takeover run starting'],
    [11, 1, 'ctdbd', TAKE],
    [12, 1, 'ctdb-recoverd', 'Takeover run completed successfully'],
  ]

  it('has an address on two nodes, and each of them releases it', () => {
    const texts = aboutAddresses([
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      ...apart,
      [20, 0, 'ctdbd', TOO_LONG],
      [21, 0, 'ctdbd', 'Released 1 public IPs'],
    ])
    expect(texts.at(-1)).toBe(
      `address released: node 0 released ${IP}, which node 1 owns; node 0 was in recovery mode for too long`,
    )
  })

  it('leaves it with one of them when it is whole again', () => {
    const texts = aboutAddresses([
      ...run(1),
      [1, 0, 'ctdbd', TAKE],
      ...apart,
      ...run(30),
      [30, 1, 'ctdbd', releaseTo(0)],
      [30.1, 0, 'ctdbd', `Redundant takeover of IP ${IP}/24 on interface eth1 (ip already held)`],
    ])
    expect(texts.slice(-2)).toEqual([
      `address moved: ${IP} moved from node 0 to node 1; node 0 became DISCONNECTED|UNHEALTHY|INACTIVE`,
      `address released: node 1 released ${IP}, which node 0 owns`,
    ])
  })
})

describe('a split cluster that is whole again', () => {
  const lines: Lines = [
    ...run(1),
    [1, 0, 'ctdbd', TAKE],
    [5, 1, 'ctdbd', 'Tearing down connection to dead node :0'],
    [6, 1, 'ctdb-recoverd', 'Takeover run starting'],
    [6, 1, 'ctdbd', TAKE],
    [6.5, 1, 'ctdb-recoverd', 'Takeover run completed successfully'],
    ...run(30),
    [30.1, 1, 'ctdbd', releaseTo(0)],
  ]

  it('leaves an address with the node that had it all the time, though at NOTICE that one says nothing', () => {
    expect(aboutAddresses(lines).at(-1)).toBe(`address released: node 1 released ${IP}, which node 0 owns`)
    expect(ownerAtTheEnd(lines)).toBe(0)
  })

  it('gives it back to one that takes it, as its kernel had lost it', () => {
    const texts = aboutAddresses([...lines, [30.2, 0, 'ctdbd', TAKE]])
    expect(texts.slice(-2)).toEqual([
      `address released: node 1 released ${IP}`,
      expect.stringMatching(`address moved: ${IP} moved from node 1 to node 0`),
    ])
  })
})

describe('a tool that moves an address', () => {
  const moves: Lines = [
    ...run(1),
    [1, 0, 'ctdbd', TAKE],
    [30, 1, 'ctdb-recoverd', 'Disabling takeover runs for 20 seconds'],
    [30.001, 0, 'ctdbd', releaseTo(1)],
    [30.006, 0, 'ctdb-recoverd', 'Disabling takeover runs for 20 seconds'],
    [30.05, 1, 'ctdbd', TAKE],
  ]

  it('is named even if the node releases it before it says that it starts no runs', () => {
    const byTool = 'a tool moved it, as ctdb moveip does'
    expect(aboutAddresses(moves).slice(1)).toEqual([
      `address released: node 0 released ${IP}; ${byTool}`,
      expect.stringMatching(`address moved: ${IP} moved from node 0 to node 1.*; ${byTool}`),
    ])
    const early = moves.filter(([second, node]) => node !== 1 || second !== 30)
    expect(aboutAddresses(early)).toContain(`address released: node 0 released ${IP}; ${byTool}`)
  })

  it('is not named for what a later run does with it', () => {
    const texts = aboutAddresses([
      ...moves,
      [30.084, 1, 'ctdbd', `Failed to takeover IP ${IP} on interface eth1`],
      [59.9, 1, 'ctdb-recoverd', `Assigned IP ${IP} not on an interface`],
      ...run(60),
      [60.2, 0, 'ctdbd', TAKE],
    ])
    expect(texts.at(-1)).toBe(
      `address moved: ${IP} moved from node 1 to node 0; it was missing in the kernel of node 1; a takeover run gave it to another node`,
    )
  })

  it('leaves open why it moves if its node has become unhealthy: that alone moves nothing without a run', () => {
    const texts = aboutAddresses([...moves, [29, 0, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs']])
    expect(texts).toContain(`address released: node 0 released ${IP}`)
  })

  it('leaves open who owns it if the scripts fail: one of them may have added it', () => {
    const lines: Lines = [
      ...moves,
      [30.084, 1, 'ctdb-eventd', '90.trouble: no disk'],
      [30.084, 1, 'ctdbd', `Failed to takeover IP ${IP} on interface eth1`],
    ]
    expect(aboutAddresses(lines).at(-1)).toBe(`address failed: node 1 could not take ${IP}`)
    expect(ownerAtTheEnd(lines)).toBeUndefined()
    expect(ownerAtTheEnd([...lines, [60, 1, 'ctdbd', releaseTo(0)], ...run(60), [60.2, 0, 'ctdbd', TAKE]])).toBe(0)
  })
})

describe('the monitor scripts of a node', () => {
  const FAILED = 'monitor event failed - disabling node'
  const UNHEALTHY = 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'

  it.each([
    ['failed, as a script said', '60.nfs: nfsd is not running', 'script 60.nfs failed: nfsd is not running'],
    ['took too long', 'Maximum monitor timeout count 1 reached. Making node unhealthy', 'the monitor scripts timed out'],
    ['failed without a word', 'Public address list loaded', 'the monitor scripts failed'],
  ])('%s: that is why it is unhealthy', (_, text, cause) => {
    const texts = told([
      [1, 0, text.startsWith('60') ? 'ctdb-eventd' : 'ctdbd', text],
      [1.001, 0, 'ctdbd', FAILED],
      [1.002, 0, 'ctdbd', UNHEALTHY],
    ])
    expect(texts.at(-1)).toBe(`health unhealthy: node 0 became UNHEALTHY; ${cause}`)
  })
})

describe('a node that is unhealthy for a while', () => {
  const unhealthy: Lines = [
    ...run(1),
    [1, 0, 'ctdbd', TAKE],
    [20, 1, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'],
    [25, 1, 'ctdbd', 'Node became HEALTHY. Ask recovery master to reallocate IPs'],
    ...run(26),
    [26.1, 0, 'ctdbd', releaseTo(1)],
    [26.2, 1, 'ctdbd', TAKE],
  ]

  it('gets back what it could not have in a run', () => {
    expect(aboutAddresses([...unhealthy, ...run(21)]).at(-1)).toContain('; failback: node 1 became OK')
  })

  it('has lost nothing by that without a run', () => {
    expect(aboutAddresses(unhealthy).at(-1)).toBe(`address moved: ${IP} moved from node 0 to node 1`)
  })
})

it('does not say from where an address comes that another node could not take before', () => {
  const texts = aboutAddresses([
    ...run(1),
    [1, 0, 'ctdbd', TAKE],
    [30, 0, 'ctdb-recoverd', 'Disabling takeover runs for 20 seconds'],
    [30.001, 0, 'ctdbd', releaseTo(1)],
    [30.05, 1, 'ctdbd', TAKE],
    [30.1, 1, 'ctdbd', `Failed to takeover IP ${IP} on interface eth1`],
    ...run(60),
    [60.2, 0, 'ctdbd', TAKE],
  ])
  expect(texts.at(-1)).toBe(`address taken: node 0 took ${IP}`)
})

it('knows why the addresses move of a daemon that is started again before anybody misses it', () => {
  const texts = aboutAddresses([
    ...run(1),
    [1, 0, 'ctdbd', TAKE],
    [30, 0, 'ctdbd', 'CTDB starting on node'],
    ...run(36),
    [36.1, 1, 'ctdbd', TAKE],
  ])
  expect(texts.slice(1)).toEqual([
    `address lost: no node owns ${IP} any more: node 0, which did, is gone`,
    `address moved: ${IP} moved from node 0 to node 1; the daemon of node 0 was started again`,
  ])
})

it('has a node that is lost as unhealthy, also shortly after it was so by itself', () => {
  const texts = told([
    ...run(1),
    [10, 1, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'],
    [15, 1, 'ctdbd', 'Node became HEALTHY. Ask recovery master to reallocate IPs'],
    [18, 0, 'ctdbd', 'Tearing down connection to dead node :1'],
  ])
  expect(texts.at(-1)).toMatch(/^health \S+: node 1 became DISCONNECTED\|UNHEALTHY\|INACTIVE; it was OK/)
})

describe('takeover runs', () => {
  it('cannot begin while they are disabled', () => {
    const texts = told([
      [1, 0, 'ctdb-recoverd', 'Takeover run starting'],
      [1, 0, 'ctdb-recoverd', 'Unable to begin - takeover runs are disabled'],
      [1, 0, 'ctdb-recoverd', 'Takeover run unsuccessful'],
    ])
    expect(texts).toContainEqual(expect.stringMatching(/^takeover-run failed: .*; takeover runs are disabled$/))
  })

  /** Why the run of node 0 starts. */
  const whyStarted = (...lines: Lines) =>
    told([...run(1), ...lines])
      .filter((text) => text.startsWith('takeover-run started'))
      .at(-1)
      ?.split('; ')[1]

  it('are not due to what the leader cannot know of a node that it has lost', () => {
    const lost: Lines = [
      [0, 0, 'ctdb-recoverd', 'Took cluster lock, leader=0'],
      [9, 0, 'ctdbd', 'Tearing down connection to dead node :2'],
      ...run(9.5),
    ]
    const stopped = 'Node 2 has changed flags - 0x0 -> 0x20'
    expect(whyStarted(...lost)).toBe('node 2 became DISCONNECTED|UNHEALTHY|INACTIVE')
    expect(whyStarted([5, 1, 'ctdbd', stopped], ...lost)).toBeUndefined()
    expect(whyStarted([5, 1, 'ctdbd', stopped], [5.1, 0, 'ctdbd', stopped], ...lost)).toBe(
      'node 2 became DISCONNECTED|UNHEALTHY|STOPPED|INACTIVE',
    )
  })

  it('are not due to the others having lost the leader', () => {
    expect(whyStarted([9, 1, 'ctdbd', 'Tearing down connection to dead node :0'], ...run(9.5))).toBeUndefined()
  })

  it('are due to the last of several changes at the same time', () => {
    const texts = [
      'Tearing down connection to dead node :1',
      'Node 1 has changed flags - 0x3 -> 0x1',
      '10.0.0.1:4379: connected to 10.0.0.2:4379 - 1 connected',
    ] as const
    const names: Lines = [[0, 1, 'ctdbd', '10.0.0.2:4379: connected to 10.0.0.1:4379 - 1 connected']]
    expect(whyStarted(...names, ...texts.map((text) => [9, 0, 'ctdbd', text] as const), ...run(9.5))).toBe('node 1 became OK')
  })

  it('are those that the leader of 2017 said it was forced to only if they start at once', () => {
    const forced = 'recovery master forced ip reallocation'
    const down = "iface[eth1] has changed it's link status up => down"
    const second = (at: number): Lines => [
      [at, 1, 'ctdb-recoverd', 'Disabling takeover runs for 60 seconds'],
      [at + 0.5, 1, 'ctdb-recoverd', 'Reenabling takeover runs'],
    ]
    const lines: Lines = [
      [8, 0, 'ctdbd', down],
      [9, 0, 'ctdb-recoverd', forced],
    ]
    expect(whyStarted(...lines, ...second(9.1))).toBe('link eth1 of node 0 went down')
    expect(whyStarted(...lines, ...second(11))).toBeUndefined()
  })

  it('are not due to what a node says only after they start', () => {
    const texts = told([
      ...run(1),
      ...run(9),
      [9.001, 1, 'ctdb-recoverd', `Assigned IP ${IP} not on an interface`],
      [9.001, 1, 'ctdb-recoverd', 'Trigger takeoverrun'],
    ])
    expect(texts.filter((text) => text.includes('run started'))).toEqual([
      'takeover-run started: a takeover run started',
      'takeover-run started: a takeover run started',
    ])
  })
})

it('has a node that is lost as unhealthy too, even if it said so itself when nobody heard it', () => {
  const texts = told([
    ...run(1),
    [10, 1, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'],
    [12, 0, 'ctdbd', 'Tearing down connection to dead node :1'],
  ])
  expect(texts.at(-1)).toMatch(/^health \S+: node 1 became DISCONNECTED\|UNHEALTHY\|INACTIVE/)
})

it('does not take a log for that of a node that it names as another one', () => {
  const leads = '2026-11-28T16:00:00.000000+00:00 a ctdb-recoverd[1]: Took cluster lock, leader=0\n'
  const lost = (host: string) => `2026-11-28T16:00:01.000000+00:00 ${host} ctdbd[1]: Tearing down connection to dead node :2\n`
  const { unknown } = readHistory([
    { file: 'a', text: leads + lost('a') },
    { file: 'b', text: lost('b') },
  ])
  expect(unknown.map(({ file }) => file)).toEqual(['b'])
})

describe('a link', () => {
  it('is said to come up once, also if its node becomes healthy before the recovery daemon sees it', () => {
    const texts = told([
      ...run(1),
      [10, 0, 'ctdbd', "iface[eth1] has changed it's link status up => down"],
      [10, 0, 'ctdbd', 'Node became UNHEALTHY. Ask recovery master to reallocate IPs'],
      [20, 0, 'ctdbd', "iface[eth1] has changed it's link status down => up"],
      [20, 0, 'ctdbd', 'Node became HEALTHY. Ask recovery master to reallocate IPs'],
      [21, 0, 'ctdb-recoverd', 'Interface eth1 changed state: 0 => 1'],
    ])
    expect(texts.filter((text) => text.startsWith('link up'))).toEqual(['link up: link eth1 of node 0 came up'])
  })

  it('is not why a run starts long after, as another one may have come meanwhile', () => {
    const starts = (second: number) =>
      told([...run(1), [5, 0, 'ctdbd', "iface[eth1] has changed it's link status up => down"], ...run(second)]).filter((text) =>
        text.startsWith('takeover-run started'),
      )
    expect(starts(10).at(-1)).toBe('takeover-run started: a takeover run started; link eth1 of node 0 went down')
    expect(starts(25).at(-1)).toBe('takeover-run started: a takeover run started')
  })
})
