import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import { PRIVATE_TOO } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { addressFile, daemonIsDead, fileHas, heldText, kernelHas, knownBy, saidByNodes } from '../facts.ts'
import { fatalConfiguration, fatalFile, KEPT_DOWN } from '../fatal-files.ts'
import { hiddenText, hidesFromScripts } from '../interfaces.ts'
import { eachAddressOnce, heldForItself, interfacesOf } from '../kernel-addresses.ts'
import { staysUntil } from '../outlook.ts'
import { look, mend } from '../remedy.ts'
import { removal } from '../removal.ts'
import { startOn, UNLESS_IT_RUNS } from '../start.ts'
import type { View } from '../view.ts'

const NOT_IN_FILE = "the node's own public addresses file does not list it, and what is not in there is not dropped"

const NOT_REACHED = 'ctdbd ends before it comes to that'

/** Starting ctdbd, and the clean-up after a crash, drop what the node's own file lists. */
function adviceOn(
  view: View,
  pnn: Pnn,
  held: readonly HostAddress[],
  whyStays: string | undefined,
): Pick<Found, 'claims' | 'actions'> {
  const because = 'without a daemon nothing on that node releases addresses'
  const fatal = fatalFile(view, pnn)
  const whyLeft = whyStays ?? (fatalConfiguration(view, pnn) && NOT_REACHED)
  const claims = [
    staysUntil(
      { on: 'answers', pnn },
      whyLeft === undefined ? because : `${because}, and a start does not remove it: ${whyLeft}`,
    ),
  ]
  const start = startOn(view, pnn, {
    ...(whyStays === undefined && { checked: 'it drops the public addresses of its file when it starts' }),
    ...(!hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED) && UNLESS_IT_RUNS),
  })
  if (fatal) {
    const how = `Correct the ${fatal.file} of node ${pnn} first, with which ctdbd ends at once: ${fatal.why}.`
    const mended = mend({ what: fatal.file === 'ctdb.conf' ? 'configuration' : 'file', pnn }, how)
    return { claims, actions: [mended, ...(whyStays === undefined ? [] : removal(view, pnn, held)), start] }
  }
  if (whyStays === undefined) return { claims, actions: [start] }
  const removals = removal(view, pnn, held)
  return {
    claims,
    actions:
      removals.length > 0
        ? [...removals, start]
        : [
            look(
              'It must be removed before ctdbd is started there, but only when the other nodes see that node as disconnected.',
            ),
          ],
  }
}

export const check: Check = {
  id: 'ip-on-dead-daemon',
  order: 90,
  severity: 'error',
  title: 'No daemon answers on a node whose kernel holds public addresses',
  seenBy: ['F', 'K'],
  moves: false,
  causes: [...KEPT_DOWN, PRIVATE_TOO],
  meaning:
    'The daemon of the node has died or hangs, and has left its public addresses behind. The other nodes have taken them over or will do so; then the addresses are on two nodes, and nothing on the dead node releases them.',
  outlook:
    'Nothing: without a daemon, nothing on that node releases addresses. (The service can be set up to run ctdb-crash-cleanup.sh after a crash, which releases them.)',
  remedy:
    'Start ctdbd on that node again (it drops all public addresses when it starts), or remove them with `/etc/ctdb/ctdb-crash-cleanup.sh` or with `ip addr del` for each.',
  find(view) {
    const dead = view.nodes.filter(({ pnn }) => view.isDaemonDead(pnn))
    if (dead.length === 0) return []
    const publics = knownBy(view)
    return dead.flatMap(({ pnn }) => {
      const configured = new Set(addressFile(view, pnn)?.addresses.map(({ address }) => address))
      const isPublic = { has: (address: string) => configured.has(address) || publics.has(address) }
      const all = heldForItself(view, isPublic, pnn) ?? []
      return eachAddressOnce(all).map((held): Found => {
        const { address } = held
        const entries = all.filter((each) => each.address === address)
        const hidden = interfacesOf(entries).filter((name) => hidesFromScripts(view, pnn, name))
        const whyStays = !configured.has(address) ? NOT_IN_FILE : hidden.length > 0 ? hiddenText(hidden) : undefined
        const source = configured.has(address)
          ? fileHas(pnn, 'public_addresses lists it')
          : saidByNodes(
              (publics.get(address) ?? []).map((knower) => knower.pnn),
              'knows it as public',
            )
        return {
          subject: { pnn, address },
          message: `no daemon answers on node ${pnn}, but its kernel holds ${address}`,
          evidence: [daemonIsDead(pnn), source, kernelHas(pnn, heldText(held))],
          ...adviceOn(view, pnn, entries, whyStays),
        }
      })
    })
  },
}
