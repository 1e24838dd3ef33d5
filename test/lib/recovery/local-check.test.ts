import { describe, expect, it } from 'vitest'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { NODE_FLAG, UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import { checkLocally, type LocalFacts } from '../../../src/lib/recovery/local-check.ts'

const OWN = 1
const OTHER = 2
const BOND0 = { name: 'bond0', linkState: 1 }

/** Of 10.0.0.1, 10.0.0.2, …: who owns each, as the node believes, and which of them it has. */
function facts(owners: readonly number[], held: readonly number[], change: Partial<LocalFacts> = {}): LocalFacts {
  const known = owners.map((pnn, index) => ({ pnn, address: publicSocketAddress(`10.0.0.${index + 1}`) }))
  return {
    pnn: OWN,
    flags: 0,
    interfaces: [BOND0],
    lastInterfaces: [BOND0],
    available: known,
    known,
    held: new Set(held.map((last) => `10.0.0.${last}`)),
    ...change,
  }
}

/** `missing 1`, where the address is 10.0.0.1. */
const findings = (given: LocalFacts, era: '2017' | 'now') =>
  checkLocally(given, era).map((finding) => `${finding.kind} ${'address' in finding ? finding.address.slice(7) : ''}`.trimEnd())

describe.each(['2017', 'now'] as const)('the check of the own node (%s)', (era) => {
  it('finds nothing where the kernel has what the daemon believes', () => {
    expect(findings(facts([OWN, OTHER, OTHER], [1]), era)).toEqual([])
    expect(findings(facts([], [7]), era)).toEqual([])
  })

  it('finds an address of its own that is not in the kernel', () => {
    expect(findings(facts([OWN, OWN], [2]), era)).toEqual(['missing 1'])
  })

  it('finds an address of another node that is in the kernel', () => {
    expect(findings(facts([OTHER, OTHER], [2]), era)).toEqual(['unexpected 2'])
  })

  it('finds an address without owner, on a node without any flag', () => {
    expect(findings(facts([UNKNOWN_PNN, OTHER], []), era)).toEqual(['unassigned 1'])
    expect(findings(facts([UNKNOWN_PNN, OTHER], [], { flags: NODE_FLAG.DISABLED }), era)).toEqual([])
  })

  it('finds the first look at the interfaces, a changed number, a changed name and a changed link', () => {
    const of = (lastInterfaces: LocalFacts['lastInterfaces']) => checkLocally(facts([], [], { lastInterfaces }), era)
    expect(of(undefined)).toEqual([{ kind: 'interfacesFirst' }])
    expect(of([])).toEqual([{ kind: 'interfaceCount', before: 0, after: 1 }])
    expect(of([{ ...BOND0, name: 'bond1' }])).toEqual([{ kind: 'interfaceChanged', name: 'bond0', before: 1, after: 1 }])
    expect(of([{ ...BOND0, linkState: 0 }])).toEqual([{ kind: 'interfaceChanged', name: 'bond0', before: 0, after: 1 }])
    expect(of([BOND0])).toEqual([])
  })

  it('names interfaces before addresses', () => {
    const all = facts([UNKNOWN_PNN, OWN, OTHER], [3], { lastInterfaces: undefined })
    expect(findings(all, era)).toEqual(['interfacesFirst', 'unassigned 1', 'missing 2', 'unexpected 3'])
  })
})

describe('an address without owner', () => {
  it('counts only where the node could host it (now), or wherever it is known (2017)', () => {
    const unavailable = facts([UNKNOWN_PNN], [], { available: [] })
    expect(findings(unavailable, 'now')).toEqual([])
    expect(findings(unavailable, '2017')).toEqual(['unassigned 1'])
  })

  it('that is in the kernel is found as both (now), or as the first (2017); with a flag as the second', () => {
    const both = facts([UNKNOWN_PNN], [1])
    expect(findings(both, 'now')).toEqual(['unassigned 1', 'unexpected 1'])
    expect(findings(both, '2017')).toEqual(['unassigned 1'])
    const unhealthy = { ...both, flags: NODE_FLAG.UNHEALTHY }
    expect(findings(unhealthy, 'now')).toEqual(['unexpected 1'])
    expect(findings(unhealthy, '2017')).toEqual(['unexpected 1'])
  })
})
