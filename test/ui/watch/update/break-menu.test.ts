import { describe, expect, it } from 'vitest'
import { carryOutLine } from '../../../../src/sim/world/commands.ts'
import { SmallWorld } from '../../../support/sim-world.ts'
import { addressState, makeClusterState, nodeState, Watched } from '../../../support/watch-models.ts'

/** As a look at a small world would tell it. */
const cluster = makeClusterState(3, [], {
  nodes: [0, 1, 2].map((pnn) => nodeState(pnn, { links: [{ name: 'bond0', linkUp: true }] })),
  addresses: [0, 1, 2].map((pnn) => addressState(`172.16.146.${131 + pnn}`, pnn, { interfaceName: 'bond0' })),
})

const watched = () => new Watched(cluster, { isSimulated: true })

describe('the menu of faults', () => {
  it('is about the address and the node under the cursor', () => {
    expect(
      watched()
        .press('j', 'b')
        .menu.map((label) => label.slice(0, label.indexOf(':'))),
    ).toEqual([
      'delete-address 1 172.16.146.132',
      'add-address 0 172.16.146.132/24 bond0',
      'restart-network 1',
      'link 1 bond0 down',
      'kill 1',
      'start 1',
      'crash 1',
      'boot 1',
      'hang 1',
      'resume 1',
      'part 1',
      'heal',
    ])
  })

  it('has items even if nothing is selected', () => {
    expect(watched().press('t', 'b').menu[0]).toContain('restart-network 0')
    expect(new Watched(makeClusterState(0, []), { isSimulated: true }).press('b').menu).toEqual(['heal: reconnect all nodes'])
  })

  it('has only lines that an embedded cluster carries out', () => {
    const { menu } = watched().press('b')
    for (const label of menu) {
      const [effect] = watched().press('b').choose(label).takeEffects()
      expect(effect?.kind).toBe('break')
      const { world } = new SmallWorld()
      if (effect?.kind === 'break') carryOutLine(world, effect.line)
    }
    expect(menu.length).toBeGreaterThan(10)
  })
})
