import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { logLine } from '../../../src/lib/log/entry.ts'
import { ARGUMENT_KINDS, parseSimCommand, SIM_COMMANDS, usageOf } from '../../../src/lib/sim/commands.ts'
import { uniformLayout } from '../../../src/lib/sim/layout.ts'
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
  it('has a name of its own, and takes what is explained', () => {
    const names = SIM_COMMANDS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(EFFECTS).sort()).toEqual(names.toSorted())
    for (const { takes } of SIM_COMMANDS) for (const kind of takes) expect(ARGUMENT_KINDS[kind]).toBeDefined()
  })

  it('is found in a line of words, however many spaces there are', () => {
    const { command, values } = parseSimCommand('  link  0 bond0\tdown ')
    expect([usageOf(command), values]).toEqual(['link NODE INTERFACE up|down', ['0', 'bond0', 'down']])
  })

  it('notes in the log of its node what it does, and takes the leader for a node', () => {
    const small = up()
    const { pnn } = small.leader
    small.do('disable leader')
    expect(small.log[0]).toMatchObject({ pnn, source: 'world', text: 'disable leader' })
    expect(small.flagsOf(pnn)).toBe(NODE_FLAG.DISABLED)
  })
})

describe('a command that does not fit', () => {
  const small = up()
  /** All that a command could have changed. */
  const state = () => ({
    log: [...small.log],
    held: small.hosts.map((host) => host.held),
    flags: small.world.nodes.map(({ pnn }) => small.flagsOf(pnn)),
    files: small.world.nodes.map(({ files }) => ({ ...files })),
    scripts: small.world.nodes.map(({ scripts }) => [[...scripts.failing], [...scripts.slowMs]]),
    path: { ...small.world.network.path(0, 1) },
    carriers: small.hosts.map((host) => host.carrierOf('bond0')),
    tunables: small.world.nodes.map(({ daemon }) => Object.fromEntries(daemon?.tunables ?? [])),
  })

  it.each([
    ['', 'there is no command ""'],
    ['explode 0', 'there is no command "explode"'],
    ['stop', 'it is: stop NODE'],
    ['stop 0 1', 'it is: stop NODE'],
    ['stop 3', 'there is no node 3: they are 0 to 2, or "leader"'],
    ['stop -1', 'there is no node -1'],
    ['stop x', 'there is no node x'],
    ['link 0 bond9 down', 'node 0 has no interface bond9: it has eth0, bond0'],
    ['link 0 bond0 sideways', 'a link is up or down, not "sideways"'],
    ['delete-address 0 172.16.146.300', '"172.16.146.300" is not an IP address'],
    ['add-address 0 172.16.146.131 bond0', 'no mask for 172.16.146.131'],
    ['add-address 0 172.16.146.131/33 bond0', '"33" is no mask for 172.16.146.131'],
    ['add-address 0 172.16.146.131/24 bond9', 'node 0 has no interface bond9'],
    ['add-address 0 #1/24 bond0', '"#1" is not an IP address'],
    ['file-add 0 nonsense bond0', '"nonsense" is not an IP address'],
    ['file-add 0 #1/24 bond0', '"#1" is not an IP address'],
    ['file-remove 0 nonsense', '"nonsense" is not an IP address'],
    ['delete-public-address 0 nonsense', '"nonsense" is not an IP address'],
    ['script 0 explode ok', 'there is no event explode'],
    ['script 0 takeip badly', '"badly" is no number of seconds (0 to 3600)'],
    ['script 0 takeip 3601', '"3601" is no number of seconds (0 to 3600)'],
    ['part 1,3', 'there is no node 3'],
    ['part ,', 'there is no node '],
    ['delay -1', '"-1" is no number of milliseconds (0 to 60000)'],
    ['delay 60001', '"60001" is no number of milliseconds'],
    ['loss 91', '"91" is no percentage (0 to 90)'],
    ['ban 0 long', '"long" is no number of seconds (0 to 86400)'],
    ['ban 0 86401', '"86401" is no number of seconds'],
    ['set Nonsense 1', 'there is no tunable Nonsense'],
    ['set NoIPFailback 4294967296', '"4294967296" is no value (0 to 4294967295)'],
    ['set NoIPFailback yes', '"yes" is no value'],
  ])('changes nothing: %j', (line, reason) => {
    const before = state()
    expect(() => small.do(line)).toThrow(
      expect.objectContaining({ code: 'BAD_COMMAND', message: expect.stringContaining(reason) }),
    )
    expect(state()).toEqual(before)
  })

  it('changes nothing where there is no ctdbd to ask, or no leader', () => {
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

  it('has the same log from the same seed, to the byte, and another one from another', () => {
    const first = story(7)
    expect(first.length).toBeGreaterThan(5_000)
    expect(story(7)).toBe(first)
    expect(story(8)).not.toBe(first)
  })
})
