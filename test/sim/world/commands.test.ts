import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { logLine } from '../../../src/sim/log/entry.ts'
import { ARGUMENT_KINDS } from '../../../src/sim/world/command-arguments.ts'
import { parseSimCommand, SIM_COMMANDS, usageOf } from '../../../src/sim/world/commands.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { SmallWorld } from '../../support/sim-world.ts'

const IP = '172.16.146.131'
const NEW = '172.16.146.200'

const up = (options: ConstructorParameters<typeof SmallWorld>[0] = {}) => new SmallWorld(options).comeUp()
/** A node that holds the address, so that it is the one to do something to. */
const holder = (small: SmallWorld) => small.holdersOf(IP)[0] ?? -1

/** What each command does. Each has a test, so that none can be forgotten. */
const EFFECTS: Record<string, () => void> = {
  'restart-network': () => {
    const small = up()
    const pnn = holder(small)
    small.do(`restart-network ${pnn}`)
    expect(small.heldBy(pnn)).toEqual([])
    expect(small.lines({ source: 'world' })).toEqual([`restart-network ${pnn}`])
  },
  'delete-address': () => {
    const small = up()
    small.do(`delete-address ${holder(small)} ${IP}`)
    expect(small.holdersOf(IP)).toEqual([])
  },
  'add-address': () => {
    const small = up()
    const other = (holder(small) + 1) % 3
    small.do(`add-address ${other} ${IP}/24 eth0`)
    expect(small.hosts[other]?.held.at(-1)).toMatchObject({ address: IP, maskBits: 24, interfaceName: 'eth0' })
  },
  link: () => {
    const small = up()
    small.do('link 1 bond0 down')
    expect([small.hosts[1]?.carrierOf('bond0'), small.hosts[1]?.carrierOf('eth0')]).toEqual([false, true])
    small.passUntil(() => (small.flagsOf(1) & NODE_FLAG.UNHEALTHY) !== 0)
    small.do('link 1 bond0 up')
    small.passUntil(() => small.flagsOf(1) === 0)
  },
  crash: () => {
    const small = up()
    const pnn = holder(small)
    small.do(`crash ${pnn}`)
    expect([small.node(pnn).powered, small.node(pnn).daemon, small.holdersOf(IP)]).toEqual([false, undefined, []])
    expect(small.hosts[pnn]?.carrierOf('eth0')).toBe(false)
    small.do(`start ${pnn}`)
    expect(small.node(pnn).daemon).toBeUndefined()
  },
  boot: () => {
    const small = up()
    small.do('link 1 bond0 down')
    small.do('crash 1')
    small.do('boot 1')
    expect([small.node(1).answers, small.hosts[1]?.carrierOf('eth0'), small.hosts[1]?.carrierOf('bond0')]).toEqual([
      true,
      true,
      false,
    ])
  },
  kill: () => {
    const small = up()
    const pnn = holder(small)
    small.do(`kill ${pnn}`)
    expect([small.node(pnn).daemon, small.holdersOf(IP)]).toEqual([undefined, [pnn]])
  },
  start: () => {
    const small = up()
    small.do('kill 1')
    small.do('start 1')
    expect(small.world.settle(60_000)).toBe(true)
  },
  hang: () => {
    const small = up()
    small.do('hang 1')
    expect([small.node(1).answers, small.node(1).daemon]).toEqual([false, expect.anything()])
    small.passUntil(() => small.leader.daemon?.peers.flagsOf(1) !== 0)
  },
  resume: () => {
    const small = up()
    small.do('hang 1')
    small.do('resume 1')
    expect(small.node(1).answers).toBe(true)
  },
  script: () => {
    const small = up()
    const { scripts } = small.node(1)
    small.do('script 1 takeip fail')
    small.do('script 1 monitor 2.5')
    expect([[...scripts.failing], scripts.slowMs.get('monitor')]).toEqual([['takeip'], 2_500])
    small.do('script 1 takeip ok')
    small.do('script 1 monitor ok')
    expect([[...scripts.failing], scripts.slowMs.get('monitor')]).toEqual([[], 0])
    expect(small.node(0).scripts.failing.size).toBe(0)
  },
  part: () => {
    const small = up({ layout: uniformLayout(4, 3) })
    small.do('part 0,2')
    const parted = (a: number, b: number) => small.world.network.path(a, b).parted
    expect([parted(0, 2), parted(1, 3), parted(0, 1), parted(2, 3)]).toEqual([false, false, true, true])
    small.do('part 3')
    expect([parted(0, 1), parted(0, 2), parted(3, 0)]).toEqual([false, false, true])
  },
  heal: () => {
    const small = up()
    small.do('part 1')
    small.do('heal')
    expect(small.world.network.path(0, 1).parted).toBe(false)
  },
  cut: () => {
    const small = up()
    small.do('cut 1 0')
    const { network } = small.world
    expect([network.path(0, 1).parted, network.path(1, 0).parted, network.path(1, 2).parted]).toEqual([true, true, false])
    small.passUntil(() => small.flagsSeenBy(0, 1) !== 0 && small.flagsSeenBy(1, 0) !== 0)
    // The leader reaches both, so nobody is cut off from the cluster.
    expect([small.flagsSeenBy(2, 0), small.flagsSeenBy(2, 1)]).toEqual([0, 0])
  },
  'cut-one-way': () => {
    const small = up()
    small.do('cut-one-way 1 0')
    const { network } = small.world
    expect([network.path(1, 0).parted, network.path(0, 1).parted]).toEqual([true, false])
    // Node 0 hears nothing of node 1 any more, hangs up, and node 1 hears that.
    small.passUntil(() => small.flagsSeenBy(0, 1) !== 0)
    small.pass(0.1)
    expect(small.flagsSeenBy(1, 0)).not.toBe(0)
  },
  join: () => {
    const small = up()
    small.do('part 0')
    small.do('join 0 1')
    const { network } = small.world
    expect([network.isOpen(0, 1), network.isOpen(0, 2)]).toEqual([true, false])
  },
  'delay-between': () => {
    const small = up()
    small.do('delay-between 0 2 3000')
    const { network } = small.world
    expect([network.path(0, 2).delayMs, network.path(2, 0).delayMs, network.path(0, 1).delayMs]).toEqual([3_000, 3_000, 1])
  },
  clock: () => {
    const small = up()
    const { clock, daemon } = small.node(1)
    small.do('clock 1 90.5')
    expect([clock.nowMs - small.world.clock.nowMs, daemon?.program.nowMs]).toEqual([90_500, clock.nowMs])
    small.do('clock 1 -3')
    expect(clock.nowMs - small.world.clock.nowMs).toBe(-3_000)
  },
  lock: () => {
    const small = up()
    const { leader } = small
    small.do('lock held')
    small.passUntil(() => small.lines({ pnn: leader.pnn }).includes('Cluster lock helper terminated'), 6)
    small.pass(20)
    expect(small.world.leader).toBeUndefined()
    small.do('lock shared')
    small.passUntil(() => small.world.leader !== undefined)
  },
  pause: () => {
    const small = up()
    small.do('pause 1 3')
    expect(small.node(1).answers).toBe(false)
    small.pass(3)
    expect(small.node(1).answers).toBe(true)
  },
  delay: () => {
    const small = up()
    small.do('delay 20')
    expect(small.world.network.path(1, 2).delayMs).toBe(20)
  },
  loss: () => {
    const small = up()
    small.do('loss 12.5')
    expect(small.world.network.path(1, 2).lossPercent).toBe(12.5)
  },
  disable: () => {
    const small = up()
    small.do('disable 1')
    expect(small.flagsOf(1)).toBe(NODE_FLAG.DISABLED)
  },
  enable: () => {
    const small = up()
    small.do('disable 1')
    small.do('enable 1')
    expect(small.flagsOf(1)).toBe(0)
  },
  stop: () => {
    const small = up()
    const pnn = holder(small)
    small.do(`stop ${pnn}`)
    expect(small.flagsOf(pnn)).toBe(NODE_FLAG.STOPPED)
    small.pass(1)
    expect(small.heldBy(pnn)).toEqual([])
  },
  continue: () => {
    const small = up()
    small.do('stop 1')
    small.do('continue 1')
    expect(small.flagsOf(1)).toBe(0)
  },
  ban: () => {
    const small = up()
    small.do('ban 1 5')
    expect([small.flagsOf(1), small.node(1).daemon?.banSeconds]).toEqual([NODE_FLAG.BANNED, 5])
    small.pass(5)
    expect(small.flagsOf(1)).toBe(0)
  },
  unban: () => {
    const small = up()
    small.do('ban 1 500')
    small.do('unban 1')
    expect([small.flagsOf(1), small.node(1).daemon?.banSeconds]).toEqual([0, 0])
  },
  run: () => {
    const small = up()
    small.do('run')
    small.pass(2)
    expect(small.runs).toEqual([`start ${small.leader.pnn}`, `end ${small.leader.pnn} ok`])
  },
  set: () => {
    const small = up()
    small.do('set NoIPFailback 1')
    expect(small.world.nodes.map(({ daemon }) => daemon?.tunable('NoIPFailback'))).toEqual([1, 1, 1])
  },
  'file-add': () => {
    const small = up()
    small.do(`file-add 1 ${NEW}/24 bond0`)
    small.do(`file-add 1 ${IP}/16 eth0`)
    expect(small.node(1).files.publicAddresses.trim().split('\n').slice(-2)).toEqual([`${NEW}/24 bond0`, `${IP}/16 eth0`])
    expect(small.node(1).files.publicAddresses).not.toContain(`${IP}/24`)
    expect(small.believedOwner(1, NEW)).toBeUndefined()
  },
  'file-remove': () => {
    const small = up()
    small.do(`file-remove 1 ${IP}`)
    expect(small.node(1).files.publicAddresses).toBe('172.16.146.132/24 bond0\n172.16.146.133/24 bond0\n')
    expect(small.node(0).files.publicAddresses).toContain(IP)
  },
  reload: () => {
    const small = up()
    small.do(`file-add 1 ${NEW}/24 bond0`)
    small.do('reload 1')
    expect(small.believedOwner(1, NEW)).toBeDefined()
    small.pass(3)
    expect(small.holdersOf(NEW)).toEqual([1])
  },
  'delete-public-address': () => {
    const small = up()
    const other = (holder(small) + 1) % 3
    small.do(`delete-public-address ${other} ${IP}`)
    expect(small.believedOwner(other, IP)).toBeUndefined()
  },
}

it.each(SIM_COMMANDS.map(({ name, summary }) => [name, summary]))('%s: %s', (name) => {
  const effect = EFFECTS[name]
  if (!effect) throw new Error(`what does ${name} do?`)
  effect()
})

describe('every command', () => {
  it('has a unique name, and arguments that the help explains', () => {
    const names = SIM_COMMANDS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(EFFECTS).sort()).toEqual(names.toSorted())
    for (const { takes } of SIM_COMMANDS) for (const kind of takes) expect(ARGUMENT_KINDS[kind]).toBeDefined()
  })

  it('is parsed from a line with any number of spaces', () => {
    const { command, values } = parseSimCommand('  link  0 bond0\tdown ')
    expect([usageOf(command), values]).toEqual(['link NODE INTERFACE up|down', ['0', 'bond0', 'down']])
  })

  it('is logged on its node, and accepts the leader as a node', () => {
    const small = up()
    const { pnn } = small.leader
    small.do('disable leader')
    expect(small.log[0]).toMatchObject({ pnn, source: 'world', text: 'disable leader' })
    expect(small.flagsOf(pnn)).toBe(NODE_FLAG.DISABLED)
  })
})

describe('an invalid command', () => {
  const small = up()
  /** All that a command could have changed. */
  const state = () => ({
    log: [...small.log],
    held: small.hosts.map((host) => host.held),
    flags: small.world.nodes.map(({ pnn }) => small.flagsOf(pnn)),
    files: small.world.nodes.map(({ files }) => ({ ...files })),
    scripts: small.world.nodes.map(({ scripts }) => [[...scripts.failing], [...scripts.slowMs]]),
    path: { ...small.world.network.path(0, 1) },
    lock: small.world.lock.state,
    ahead: small.node(0).clock.nowMs - small.world.clock.nowMs,
    carriers: small.hosts.map((host) => host.carrierOf('bond0')),
    tunables: small.world.nodes.map(({ daemon }) => Object.fromEntries(daemon?.tunables ?? [])),
  })

  it.each([
    ['', 'there is no command ""'],
    ['explode 0', 'there is no command "explode"'],
    ['stop', 'usage: stop NODE'],
    ['stop 0 1', 'usage: stop NODE'],
    ['stop 3', 'there is no node 3: they are 0 to 2, or "leader"'],
    ['stop -1', 'there is no node -1'],
    ['stop x', 'there is no node x'],
    ['link 0 bond9 down', 'node 0 has no interface bond9: it has eth0, bond0'],
    ['link 0 bond0 sideways', 'a link is up or down, not "sideways"'],
    ['cut 1 1', 'node 1 has no connection to itself: name two nodes'],
    ['cut-one-way 0 3', 'there is no node 3'],
    ['join 2 2', 'node 2 has no connection to itself'],
    ['delay-between 0 1 x', '"x" is not a number of milliseconds'],
    ['clock 0 x', '"x" is not a number of seconds'],
    ['clock 0 --3', '"-3" is not a number of seconds'],
    ['pause 0 x', '"x" is not a number of seconds'],
    ['lock free', 'a cluster lock is shared, private, held, not "free"'],
    ['delete-address 0 172.16.146.300', '"172.16.146.300" is not an IP address'],
    ['add-address 0 172.16.146.131 bond0', 'is not a mask for 172.16.146.131'],
    ['add-address 0 172.16.146.131/33 bond0', '"33" is not a mask for 172.16.146.131'],
    ['add-address 0 172.16.146.131/24 bond9', 'node 0 has no interface bond9'],
    ['add-address 0 #1/24 bond0', '"#1" is not an IP address'],
    ['file-add 0 nonsense bond0', '"nonsense" is not an IP address'],
    ['file-add 0 #1/24 bond0', '"#1" is not an IP address'],
    ['file-remove 0 nonsense', '"nonsense" is not an IP address'],
    ['delete-public-address 0 nonsense', '"nonsense" is not an IP address'],
    ['script 0 explode ok', 'there is no event explode'],
    ['script 0 takeip badly', '"badly" is not a number of seconds (0 to 3600)'],
    ['script 0 takeip 3601', '"3601" is not a number of seconds (0 to 3600)'],
    ['part 1,3', 'there is no node 3'],
    ['part ,', 'there is no node '],
    ['delay -1', '"-1" is not a number of milliseconds (0 to 60000)'],
    ['delay 60001', '"60001" is not a number of milliseconds'],
    ['loss 91', '"91" is not a percentage (0 to 90)'],
    ['ban 0 long', '"long" is not a number of seconds (0 to 86400)'],
    ['ban 0 86401', '"86401" is not a number of seconds'],
    ['set Nonsense 1', 'there is no tunable Nonsense'],
    ['set NoIPFailback 4294967296', '"4294967296" is not a value (0 to 4294967295)'],
    ['set NoIPFailback yes', '"yes" is not a value'],
  ])('changes nothing: %j', (line, reason) => {
    const before = state()
    expect(() => small.do(line)).toThrow(
      expect.objectContaining({ code: 'BAD_COMMAND', message: expect.stringContaining(reason) }),
    )
    expect(state()).toEqual(before)
  })

  it('changes nothing without a ctdbd or a leader', () => {
    const down = up()
    for (const pnn of [0, 1, 2]) down.do(`kill ${pnn}`)
    down.forget()
    expect(() => down.do('disable 0')).toThrow('no ctdbd runs on node 0')
    expect(() => down.do('ban 0 5')).toThrow('no ctdbd runs on node 0')
    expect(() => down.do(`delete-public-address 0 ${IP}`)).toThrow('no ctdbd runs on node 0')
    expect(() => down.do('run')).toThrow('no ctdbd runs anywhere')
    expect(() => down.do('stop leader')).toThrow('there is no leader at the moment')
    expect(down.log).toEqual([])
  })
})

describe('a world', () => {
  const story = (seed: number) => {
    const small = new SmallWorld({ seed })
    small.world.start()
    for (const line of ['loss 10', 'restart-network 1', 'crash 2', 'boot 2']) {
      small.pass(15)
      small.do(line)
    }
    small.pass(30)
    return small.log.map((entry) => logLine(entry, 'now')).join('\n')
  }

  it('has the same log for the same seed, byte for byte, and another one for another seed', () => {
    const first = story(7)
    expect(first.length).toBeGreaterThan(5_000)
    expect(story(7)).toBe(first)
    expect(story(8)).not.toBe(first)
  })
})
