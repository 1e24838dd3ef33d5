import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import type { Capability } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

/** What fails without a capability: a clause that follows a colon. */
const EFFECTS: Readonly<Record<Capability, string>> = {
  CAP_NET_ADMIN: 'its event scripts can neither add nor remove an address',
  CAP_NET_RAW: 'it announces no address that it takes over, and sends no tickles',
}

export const check: Check = {
  id: 'capability-missing',
  order: 168,
  severity: 'error',
  title: 'ctdbd runs without a capability that public addresses need',
  seenBy: ['K', 'C'],
  moves: false,
  meaning:
    'Without CAP_NET_RAW, ctdbd cannot send the packets that announce an address when it takes it over (gratuitous ARP, neighbour advertisements), nor those that make clients reconnect at once (tickles). After a move, clients and routers send to the previous owner until they ask again, which can take minutes. Without CAP_NET_ADMIN, no address can be added or removed. Containers and the setting `CapabilityBoundingSet` of systemd take capabilities away.',
  outlook: 'Nothing: a running process cannot regain a capability.',
  remedy:
    'Give the container or the service the capability (`podman run --cap-add NET_RAW`, `capabilities.add` in the securityContext of Kubernetes, `CapabilityBoundingSet` of the unit), and restart ctdbd, one node at a time, because its addresses move meanwhile. Choose a quiet time if the nodes that take them over lack CAP_NET_RAW too. Until then, after an address has moved to the node, announce it with another program that has the capability, such as `arping -U`.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const known = view.need(pnn, 'known')
      const lacking = view.want(pnn, 'host.lacking') ?? []
      return known && known.length > 0 ? lacking.map((capability) => foundOn(view, pnn, capability)) : []
    })
  },
}

const foundOn = (view: View, pnn: Pnn, capability: Capability): Found => ({
  subject: { pnn, detail: capability },
  message: `ctdbd on node ${pnn} runs without ${capability}: ${EFFECTS[capability]}`,
  evidence: [kernelHas(pnn, `${capability} is not among the capabilities of ctdbd (\`/proc/PID/status\`)`)],
  claims: [stays('a process that runs gets no capability back')],
  actions: [
    mend(
      { what: 'capability', pnn },
      `Give ${capability} to what starts ctdbd on node ${pnn} (the container, or \`CapabilityBoundingSet\` of its unit), and start ctdbd there again.${cautionText(view, pnn, capability)}`,
    ),
  ],
})

/** While ctdbd starts again, other nodes take its addresses, and may not announce them either. */
function cautionText(view: View, pnn: Pnn, capability: Capability): string {
  if (capability !== 'CAP_NET_RAW') return ''
  const others = view.nodes.filter((node) => node.pnn !== pnn && view.peek(node.pnn, 'host.lacking')?.includes(capability))
  if (others.length === 0) return ''
  return ` Choose a quiet time: meanwhile its addresses move, and ${nodesText(others.map((node) => node.pnn))} cannot announce them either.`
}
