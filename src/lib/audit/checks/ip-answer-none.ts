import { oneOr } from '../../plural.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { leavesInterface } from '../lasting.ts'
import { staysUntil } from '../outlook.ts'
import { type Answered, askersText, askingNodes, networkAnswers, ownerHas, probedAddresses } from '../probed.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'ip-answer-none',
  order: 146,
  severity: 'error',
  title: 'No machine answers for a public address on its network',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  causes: [cause('iface-link-mismatch', 'node'), cause('ip-wrong-interface', 'address'), cause('iface-same-mac', 'node')],
  meaning:
    'The kernel of the owner has the address, but other nodes that ask the network for it get no answer: the interface is on another network (a switch port, a VLAN, a bond), or something drops the questions or the answers. Clients on that network cannot reach the address. If only some of the nodes get no answer, this is a warning: those nodes may be the ones on another network.',
  outlook: 'Nothing: CTDB checks only the link of the interface and the kernel of the owner.',
  remedy:
    'Check on the owner that the interface is on the right network (switch port, VLAN, bond), and that nothing drops ARP or neighbour discovery (`arptables -S`, `nft list ruleset`, `ip6tables -S`). Check `arp_ignore` and `arp_filter` of the interface as well. An announcement (gratarp) does not help.',
  falseAlarm: 'If a switch or a hypervisor separates the nodes from each other (private VLAN), but not from the clients.',
  find(view) {
    return probedAddresses(view).flatMap(({ address, owner, held, answers }): Found[] => {
      const [first] = held
      const silent = answers.filter(({ macs }) => macs.length === 0)
      if (owner === undefined || !first || silent.length === 0) return []
      const isForAll = silent.length === answers.length
      const asking = askersText(silent)
      return [
        {
          subject: { pnn: owner, address },
          nodes: askingNodes(answers),
          severity: isForAll ? 'error' : 'warning',
          message: isForAll
            ? `nobody answers for ${address}, which node ${owner} has, when ${asking} ${oneOr(silent.length, 'asks', 'ask')}`
            : `${asking} ${oneOr(silent.length, 'gets', 'get')} no answer for ${address}, which node ${owner} has; ${othersText(answers)}`,
          evidence: [...ownerHas(owner, held), ...answers.map(networkAnswers)],
          claims: [staysUntil(leavesInterface(view, owner, [address]), 'CTDB does not ask the network')],
          actions: [mend({ what: 'network', pnn: owner, interfaceName: first.interfaceName, address }, check.remedy)],
        },
      ]
    })
  },
}

/** Who did get an answer. */
function othersText(answers: readonly Answered[]): string {
  if (answers.every(({ asker }) => asker !== null)) return 'other nodes do'
  const others = answers.filter(({ macs }) => macs.length > 0)
  return `${askersText(others)} ${oneOr(others.length, 'does', 'do')}`
}
