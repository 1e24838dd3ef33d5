import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { cause, PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, said } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { hiddenText, hidesFromScripts, linkNamed, mayHaveAltname } from '../interfaces.ts'
import { interfacesOf } from '../kernel-addresses.ts'
import { leavesInterface } from '../lasting.ts'
import { staysUntil } from '../outlook.ts'
import { type Action, checkedFact, look, nameIn } from '../remedy.ts'
import { removing } from '../removal.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-wrong-interface',
  order: 110,
  severity: 'warning',
  title: 'An address is on a different interface than its daemon says',
  seenBy: ['C', 'K'],
  moves: true,
  causes: [PRIVATE_TOO, cause('iface-absent', 'node')],
  meaning:
    'The node owns the address and has it, but on an interface other than the one that its daemon chose. When the address is released, the script looks for it on the wrong interface, or removes it from the actual one with a warning. Meanwhile CTDB watches the link of the wrong interface.',
  outlook: 'Nothing: the recovery daemon only checks whether the kernel has the address, not on which interface.',
  remedy:
    'Move the address away and back: `ctdb moveip` to another node, then `ctdbts ipreallocate`. Look for other programs that set up addresses there.',
  falseAlarm: 'While CTDB moves it from one interface to another (event updateip).',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const known = view.need(pnn, 'known')?.filter(({ owner }) => owner === pnn)
      const addresses = view.need(pnn, 'host.addresses')
      if (!known || !addresses) return []
      if (known.some(({ activeInterface }) => activeInterface === undefined)) view.miss(pnn, 'interfaces of addresses')
      return known.flatMap(({ address, activeInterface }): Found[] => {
        const held = addresses.filter((candidate) => candidate.address === address)
        const names = interfacesOf(held)
        if (activeInterface === undefined || held.length === 0) return []
        if (activeInterface !== null && isAmong(view, pnn, names, activeInterface)) return []
        const believed = activeInterface === null ? 'it is on no interface' : `it is on ${activeInterface}`
        return [
          {
            subject: { pnn, address },
            message: `node ${pnn} holds ${address} on ${listed(names)}, not on ${activeInterface ?? 'an interface that its daemon knows of'}`,
            evidence: [said(pnn, believed), ...held.map((each) => kernelHas(pnn, heldText(each)))],
            claims: [
              staysUntil(
                leavesInterface(view, pnn, [address]),
                'the recovery daemon only checks whether the kernel has the address, not on which interface',
              ),
            ],
            actions: inPlace(view, pnn, held, activeInterface),
          },
        ]
      })
    })
  },
}

/**
 * How to put an address on the interface where its daemon expects it. First it comes there and then it leaves the other one, so that it is
 * not away for a moment. A move to another node would take it away twice, and ends in a ban where scripts cannot remove it.
 */
function inPlace(view: View, pnn: Pnn, held: readonly HostAddress[], expected: string | null): Action[] {
  const others = look('Look for other programs that set up addresses there.')
  const [first] = held
  if (!first || expected === null) return [takeoverRun(view), others]
  const { address, maskBits } = first
  const hidden = interfacesOf(held).filter((name) => hidesFromScripts(view, pnn, name))
  const warning =
    hidden.length === 0
      ? []
      : [look(`Do not move the address, as ${hiddenText(hidden)}: the release would fail, and the node be banned.`)]
  // Where that interface may not be there, the address could not be added, and must not be removed.
  const removes = linkNamed(view.peek(pnn, 'host.links') ?? [], expected)
    ? removing(view, pnn, held, checkedFact(`the node keeps it on ${expected}`))
    : []
  if (removes.length === 0) return [...warning, others]
  return [
    ...warning,
    { kind: 'add', pnn, address, maskBits, interfaceName: expected },
    ...removes,
    {
      kind: 'command',
      command: `ctdb gratarp ${address} ${nameIn(expected)}`,
      on: pnn,
      purpose: 'so that its neighbours notice',
    },
    others,
  ]
}

/** Whether a name is, or may be, one of the names of these interfaces. */
function isAmong(view: View, pnn: Pnn, names: readonly string[], name: string): boolean {
  if (names.includes(name)) return true
  const links = view.peek(pnn, 'host.links')
  if (!links) return false
  const link = linkNamed(links, name)
  return link ? names.includes(link.name) : mayHaveAltname(view, pnn, links, name)
}
