import { enabledServices, SERVICE_SCRIPTS } from '../../host/service-addresses.ts'
import type { Check, Found } from '../check.ts'
import { fileHas, knownBy } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

const NAMES = { NATGW: 'NAT gateway', LVS: 'LVS' } as const

export const check: Check = {
  id: 'ip-of-service',
  order: 154,
  severity: 'error',
  title: "CTDB's own NAT gateway or LVS uses a public address",
  seenBy: ['F', 'X', 'C'],
  moves: false,
  meaning:
    'The scripts 11.natgw and 91.lvs add and remove the address of their service by themselves, both on the node that leads the service and on the others, no matter which node owns it as a public address. As a result, nodes have the address when CTDB does not expect it, and do not have it when CTDB does.',
  outlook:
    'Nothing at first. The next time ctdbd starts, 11.natgw makes the startup event fail if the public addresses file has the address with the same mask: the node stays in run state STARTUP and hosts nothing. 91.lvs does not check this.',
  remedy: 'Give the service an address of its own, or take the address out of the public addresses files.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const scripts = view.need(pnn, 'host.enabledScripts') ?? []
      const services = enabledServices(view.want(pnn, 'host.serviceAddresses') ?? [], scripts)
      const used = services.filter(({ address }) => publics.has(address))
      return used.map(({ service, address }) => ({
        subject: { pnn, address, detail: NAMES[service] },
        message: `${address} is a public address, and that of ${NAMES[service]} on node ${pnn}`,
        evidence: [fileHas(pnn, `the options of ${SERVICE_SCRIPTS[service]} have CTDB_${service}_PUBLIC_IP with ${address}`)],
        claims: [stays('CTDB goes by its configuration')],
        actions: [mend({ what: 'configuration', pnn }, check.remedy)],
      }))
    })
  },
}
