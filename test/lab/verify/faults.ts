import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import { controls } from '../../../src/lib/wire/controls.ts'
import type { CtdbClient } from '../../../src/transport/client/client.ts'
import type { Lab } from '../harness/lab.ts'
import { untilSettled, viewOf } from '../harness/view.ts'
import { waitUntil } from '../harness/wait.ts'

/** What a fault can use. */
interface Context {
  readonly lab: Lab
  /** A connection to the daemon of node 0. */
  readonly client: CtdbClient
}

/** A fault that is caused on purpose. */
export interface Fault {
  readonly name: string
  /** Disables takeover runs meanwhile, as recovery daemons would repair the fault at once. */
  readonly frozen?: true
  /** CTDB does not notice it, so that nothing has to settle when it is undone. */
  readonly unnoticed?: true
  /**
   * Causes the fault.
   * @returns the findings that it has to lead to, `id node address detail` or the beginning of it. Findings that follow from others are left out.
   */
  make(context: Context): Promise<readonly string[]>
  /** Undoes what CTDB does not repair by itself once takeover runs are enabled. */
  undo?(context: Context): Promise<unknown>
  /** Its remedies are carried out in each run of the tests. */
  readonly isAlwaysRemedied?: true
  /** What a person does for the steps of its remedies that are no commands. By default, that is to undo it. */
  mend?(context: Context): Promise<unknown>
  /** Conditions in its remedies, or their beginnings, that hold. */
  readonly holds?: readonly string[]
  /** The states of the nodes after its remedies; OK by default. */
  readonly states?: readonly string[]
  /** Something has to be undone even after an audit that is clean. */
  readonly leavesNothing?: false
}

/** The public addresses and the interfaces that can have them. */
const PUBLIC = [131, 132, 133].flatMap((last) => [
  { address: `10.99.1.${last}`, bits: 24, name: 'eth1' },
  { address: `fd00:99:1::${last}`, bits: 64, name: 'eth1' },
  { address: `fd00:99:1::${last}`, bits: 64, name: 'eth2' },
])
const ADDRESS = '10.99.1.131'
const ADDRESS6 = 'fd00:99:1::131'

/** The owner of an address, as node 0 believes. */
async function ownerOf(lab: Lab, address = ADDRESS): Promise<number> {
  const view = await viewOf(lab, 0)
  const owner = typeof view === 'string' ? undefined : view.owners.get(address)
  if (owner === undefined || owner < 0) throw new Error(`${address} has no owner`)
  return owner
}

/** A node other than these. */
const otherThan = (lab: Lab, ...pnns: readonly number[]): number => {
  const found = lab.pnns.find((pnn) => !pnns.includes(pnn))
  if (found === undefined) throw new Error('there is no other node')
  return found
}

const ip = (lab: Lab, pnn: number, ...words: string[]) => lab.must(pnn, 'ip', ...words)

/** The interface on which a node has an address. */
const interfaceOf = async (lab: Lab, pnn: number, address: string): Promise<string> =>
  (await ip(lab, pnn, '-o', 'addr', 'show', 'to', address)).split(/\s+/)[1] ?? ''

/** Edits a file of a node in /etc/ctdb. `restoreFiles` restores it. */
const originals = new Map<string, string>()
function edit(lab: Lab, pnn: number, file: string, change: (text: string) => string): void {
  const path = lab.path(pnn, `etc/${file}`)
  const before = readFileSync(path, 'utf8')
  if (!originals.has(path)) originals.set(path, before)
  writeFileSync(path, change(before))
}
export function restoreFiles(): void {
  for (const [path, text] of originals) writeFileSync(path, text)
  originals.clear()
}

/** Starts a daemon, unless it answers. */
export async function startIfDown(lab: Lab, pnn: number): Promise<void> {
  if (typeof (await viewOf(lab, pnn)) === 'string') await lab.startDaemon(pnn)
}

async function everywhere(lab: Lab, ...argv: string[]): Promise<void> {
  for (const pnn of lab.pnns) await lab.must(pnn, ...argv)
}

const releaseEverywhere = async ({ lab, client }: Context, pnn: number): Promise<void> => {
  for (const to of lab.pnns)
    await client.control(controls.releaseIp, { to, data: { pnn, address: publicSocketAddress(ADDRESS) } })
}

/** Makes the owner release an address and take it again. */
async function moveAwayAndBack(lab: Lab, address: string): Promise<void> {
  const owner = await ownerOf(lab, address)
  for (const pnn of [otherThan(lab, owner), owner]) await lab.must(0, 'ctdb', 'moveip', address, String(pnn))
}

/** The longest time for which a monitor event is delayed. */
const SLOW_SECONDS = 60

/** The faults that can be caused in a lab. test/lib/audit has the others. */
export const FAULTS: readonly Fault[] = [
  {
    name: "an address is missing from its owner's kernel",
    frozen: true,
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-missing ${owner} ${ADDRESS}`]
    },
  },
  {
    name: "an IPv6 address is missing from its owner's kernel",
    frozen: true,
    async make({ lab }) {
      const owner = await ownerOf(lab, ADDRESS6)
      const on = await interfaceOf(lab, owner, ADDRESS6)
      await ip(lab, owner, 'addr', 'del', `${ADDRESS6}/64`, 'dev', on)
      return [`ip-missing ${owner} ${ADDRESS6}`]
    },
  },
  {
    name: 'an address is in two kernels',
    isAlwaysRemedied: true,
    frozen: true,
    async make({ lab }) {
      const thief = otherThan(lab, await ownerOf(lab))
      await ip(lab, thief, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-duplicate-kernel - ${ADDRESS}`]
    },
  },
  {
    name: 'two nodes claim an address',
    frozen: true,
    async make({ lab, client }) {
      const thief = otherThan(lab, await ownerOf(lab))
      await client.control(controls.takeoverIp, { to: thief, data: { pnn: thief, address: publicSocketAddress(ADDRESS) } })
      return [`ip-duplicate-claim - ${ADDRESS}`]
    },
  },
  {
    name: 'nobody owns an address that could be hosted',
    frozen: true,
    async make(context) {
      await releaseEverywhere(context, UNKNOWN_PNN)
      return [`ip-unhosted - ${ADDRESS}`]
    },
  },
  {
    name: 'an address that nobody owns is in a kernel',
    frozen: true,
    async make(context) {
      const { lab } = context
      const owner = await ownerOf(lab)
      await releaseEverywhere(context, UNKNOWN_PNN)
      await ip(lab, owner, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-rogue ${owner} ${ADDRESS}`, `ip-unhosted - ${ADDRESS}`]
    },
  },
  {
    name: 'no node can host the addresses',
    holds: ['it need not stay disabled'],
    async make({ lab }) {
      await everywhere(lab, 'ctdb', 'disable')
      await untilSettled(lab, ['Disabled', 'Disabled', 'Disabled'])
      return [131, 132, 133].flatMap((last) => [`ip-unhostable - 10.99.1.${last}`, `ip-unhostable - fd00:99:1::${last}`])
    },
    undo: ({ lab }) => everywhere(lab, 'ctdb', 'enable'),
  },
  {
    name: 'a node believes that another node owns an address',
    frozen: true,
    async make({ lab, client }) {
      const owner = await ownerOf(lab)
      const wrong = otherThan(lab, owner)
      const other = otherThan(lab, owner, wrong)
      await client.control(controls.releaseIp, { to: other, data: { pnn: wrong, address: publicSocketAddress(ADDRESS) } })
      return [`ip-stale-view - ${ADDRESS}`]
    },
  },
  {
    name: 'a stopped node has an address in its kernel',
    isAlwaysRemedied: true,
    states: ['OK', 'OK', 'Stopped'],
    leavesNothing: false,
    async make({ lab }) {
      await lab.must(0, 'ctdb', 'stop', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Stopped'])
      await ip(lab, 2, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-on-inactive-node 2 ${ADDRESS}`]
    },
    async undo({ lab }) {
      await lab.exec(2, ['ip', 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth1'])
      await lab.must(0, 'ctdb', 'continue', '-n', '2')
    },
  },
  {
    name: 'only one node knows an address',
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => `${text}10.99.1.200/24 eth1\n`)
      await lab.must(1, 'ctdb', 'reloadips')
      await waitUntil('the address has an owner', async () =>
        (await lab.must(1, 'ctdb', '-X', 'ip')).includes('|10.99.1.200|1|') ? undefined : 'it has not',
      )
      return ['ip-single-node 1 10.99.1.200']
    },
    async undo({ lab }) {
      restoreFiles()
      await lab.must(1, 'ctdb', 'reloadips')
    },
  },
  {
    name: 'an address is on another interface than its daemon believes',
    isAlwaysRemedied: true,
    frozen: true,
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth1')
      await ip(lab, owner, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth2')
      return [`ip-wrong-interface ${owner} ${ADDRESS}`]
    },
    async undo({ lab }) {
      for (const pnn of lab.pnns) await lab.exec(pnn, ['ip', 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth2'])
    },
  },
  {
    name: 'an address has another mask than in the file',
    mend: ({ lab }) => moveAwayAndBack(lab, ADDRESS),
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'add', `${ADDRESS}/25`, 'dev', 'eth1')
      await ip(lab, owner, 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-wrong-mask ${owner} ${ADDRESS}`]
    },
    async undo({ lab }) {
      for (const pnn of lab.pnns) await lab.exec(pnn, ['ip', 'addr', 'del', `${ADDRESS}/25`, 'dev', 'eth1'])
    },
  },
  {
    name: 'an address is on two interfaces of its node',
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth2')
      return [`ip-twice-on-node ${owner} ${ADDRESS}`]
    },
    async undo({ lab }) {
      for (const pnn of lab.pnns) await lab.exec(pnn, ['ip', 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth2'])
    },
  },
  {
    name: 'another machine has an IPv6 address of the cluster',
    mend: async () => {},
    leavesNothing: false,
    frozen: true,
    async make({ lab }) {
      const owner = await ownerOf(lab, ADDRESS6)
      const thief = otherThan(lab, owner)
      const on = await interfaceOf(lab, owner, ADDRESS6)
      await ip(lab, owner, 'addr', 'del', `${ADDRESS6}/64`, 'dev', on)
      await ip(lab, thief, 'addr', 'add', `${ADDRESS6}/64`, 'dev', on, 'nodad')
      await lab.must(owner, 'sysctl', '-qw', `net.ipv6.conf.${on}.accept_dad=1`, `net.ipv6.conf.${on}.dad_transmits=1`)
      await ip(lab, owner, 'addr', 'add', `${ADDRESS6}/64`, 'dev', on)
      await waitUntil('the address has failed', async () =>
        (await ip(lab, owner, 'addr', 'show', 'dev', on)).includes('dadfailed') ? undefined : 'it has not',
      )
      await ip(lab, thief, 'addr', 'del', `${ADDRESS6}/64`, 'dev', on)
      return [`ip-dad-failed ${owner} ${ADDRESS6}`]
    },
    async undo({ lab }) {
      for (const pnn of lab.pnns) {
        for (const on of ['eth1', 'eth2']) {
          await lab.must(pnn, 'sysctl', '-qw', `net.ipv6.conf.${on}.accept_dad=0`)
          await lab.exec(pnn, ['ip', 'addr', 'del', `${ADDRESS6}/64`, 'dev', on])
        }
      }
    },
  },
  {
    name: 'an address has a lifetime',
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'change', `${ADDRESS}/24`, 'dev', 'eth1', 'valid_lft', '3600', 'preferred_lft', '3600')
      return [`ip-foreign-manager ${owner} ${ADDRESS}`]
    },
    async undo({ lab }) {
      const forever = ['valid_lft', 'forever', 'preferred_lft', 'forever']
      await ip(lab, await ownerOf(lab), 'addr', 'change', `${ADDRESS}/24`, 'dev', 'eth1', ...forever)
    },
  },
  {
    name: 'a daemon reports that a link is up, but it is down',
    frozen: true,
    async make({ lab }) {
      // While the monitor event runs, links are not checked. An audit may take half a minute on a busy machine.
      const path = lab.path(1, 'etc/events/legacy/00.slow.script')
      const untilRemoved = `for second in $(seq ${SLOW_SECONDS}); do [ -e /run/slow ] && sleep 1; done`
      writeFileSync(path, `#!/bin/sh\n[ "$1" = monitor ] && { touch /run/slow; ${untilRemoved}; }\nexit 0\n`, { mode: 0o755 })
      await lab.setTunable('EventScriptTimeout', 2 * SLOW_SECONDS)
      await waitUntil('the monitor event is under way', async () =>
        existsSync(lab.path(1, 'run/slow')) ? undefined : 'it is not',
      )
      await lab.pull(1, 'eth2')
      return ['iface-link-mismatch 1 - eth2']
    },
    async undo({ lab }) {
      await lab.plug(1, 'eth2')
      await lab.must(1, 'rm', '/etc/ctdb/events/legacy/00.slow.script', '/run/slow')
      await lab.setTunable('EventScriptTimeout', 30)
    },
  },
  {
    name: 'a line for a missing interface was added to the file',
    async make({ lab }) {
      for (const pnn of lab.pnns) edit(lab, pnn, 'public_addresses', (text) => `${text}10.99.1.201/24 eth9\n`)
      return lab.pnns.flatMap((pnn) => [`iface-absent ${pnn} - eth9`, `file-not-loaded ${pnn}`])
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a line was added to the file but not loaded',
    holds: ['the daemon is right'],
    unnoticed: true,
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => `${text}10.99.1.202/24 eth1\n`)
      return ['file-not-loaded 1']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'an address was added at run time',
    holds: ['the file is right'],
    async make({ lab }) {
      await everywhere(lab, 'ctdb', 'addip', '10.99.1.203/24', 'eth1')
      await lab.must(0, 'ctdb', 'ipreallocate')
      return lab.pnns.map((pnn) => `file-not-loaded ${pnn}`)
    },
    undo: ({ lab }) => everywhere(lab, 'ctdb', 'delip', '10.99.1.203'),
  },
  {
    name: 'the interface of an address was changed in the files',
    async make({ lab }) {
      for (const pnn of lab.pnns) {
        edit(lab, pnn, 'public_addresses', (text) => text.replace(`${ADDRESS}/24 eth1`, `${ADDRESS}/24 eth1,eth2`))
      }
      await lab.must(0, 'ctdb', 'reloadips', 'all')
      return lab.pnns.map((pnn) => `file-mask-iface-change ${pnn} ${ADDRESS}`)
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a file ends without a newline',
    unnoticed: true,
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => text.trimEnd())
      return ['file-lint 1 - line 6: careless']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a file has a line that cannot be read',
    unnoticed: true,
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => `${text}10.99.1.300/24 eth1\n`)
      return ['file-lint 1 - line 7: rejected']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a public addresses file is gone',
    async make({ lab }) {
      await lab.must(1, 'mv', '/etc/ctdb/public_addresses', '/etc/ctdb/public_addresses.away')
      return ['file-missing 1']
    },
    undo: ({ lab }) => lab.must(1, 'mv', '/etc/ctdb/public_addresses.away', '/etc/ctdb/public_addresses'),
  },
  {
    name: 'a configuration file has settings of old versions',
    unnoticed: true,
    async make({ lab }) {
      edit(lab, 1, 'ctdb.conf', (text) => `CTDB_LOGGING=syslog\n${text}`)
      return ['config-old-style 1']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'systemd-networkd is configured to set an address',
    unnoticed: true,
    async make({ lab }) {
      const pnn = otherThan(lab, await ownerOf(lab))
      await lab.must(pnn, 'mkdir', '-p', '/run/systemd/netif', '/run/systemd/network')
      // By this is seen that it has run since the machine started.
      writeFileSync(lab.path(pnn, 'run/systemd/netif/state'), '')
      writeFileSync(lab.path(pnn, 'run/systemd/network/50-lab.network'), `[Match]\nName=eth1\n[Network]\nAddress=${ADDRESS}/24\n`)
      return [`ip-foreign-config ${pnn} ${ADDRESS}`]
    },
    undo: ({ lab }) => everywhere(lab, 'rm', '-rf', '/run/systemd'),
  },
  {
    name: 'the NAT gateway has a public address, and leads on another node than its owner',
    frozen: true,
    async make({ lab }) {
      const leader = otherThan(lab, await ownerOf(lab))
      const options = {
        NODES: '/etc/ctdb/natgw_nodes',
        PUBLIC_IP: `${ADDRESS}/24`,
        PUBLIC_IFACE: 'eth1',
        PRIVATE_NETWORK: '10.99.0.0/24',
      }
      const lines = Object.entries(options).map(([name, value]) => `CTDB_NATGW_${name}=${value}\n`)
      // The first node in the file leads.
      const nodes = lab.nodes.toSorted((a, b) => Number(b.pnn === leader) - Number(a.pnn === leader))
      for (const pnn of lab.pnns) {
        writeFileSync(lab.path(pnn, 'etc/natgw_nodes'), nodes.map(({ address }) => `${address}\n`).join(''))
        writeFileSync(lab.path(pnn, 'etc/events/legacy/11.natgw.options'), lines.join(''))
      }
      await everywhere(lab, 'ctdb', 'event', 'script', 'enable', 'legacy', '11.natgw')
      await everywhere(lab, 'ctdb', 'event', 'run', '30', 'legacy', 'ipreallocated')
      return lab.pnns.map((pnn) => `ip-of-service ${pnn} ${ADDRESS} NAT gateway`)
    },
    async undo({ lab }) {
      const owner = await ownerOf(lab)
      await everywhere(lab, 'ctdb', 'event', 'script', 'disable', 'legacy', '11.natgw')
      await everywhere(lab, 'rm', '/etc/ctdb/natgw_nodes', '/etc/ctdb/events/legacy/11.natgw.options')
      await everywhere(lab, 'sh', '-c', 'iptables -F; iptables -t nat -F; ip route del default metric 10; true')
      for (const pnn of lab.pnns) {
        if (pnn !== owner) await lab.must(pnn, 'sh', '-c', `ip addr del ${ADDRESS}/24 dev eth1 2>/dev/null || true`)
      }
    },
  },
  {
    name: 'a node was added to one nodes file',
    unnoticed: true,
    async make({ lab }) {
      edit(lab, 1, 'nodes', (text) => `${text}10.99.0.77\n`)
      return ['nodes-file-drift 1']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a public address lies in the private network',
    async make({ lab }) {
      for (const pnn of lab.pnns) edit(lab, pnn, 'public_addresses', (text) => `${text}10.99.0.50/24 eth1\n`)
      await lab.must(0, 'ctdb', 'reloadips', 'all')
      await waitUntil('the address has an owner', async () =>
        /\|10\.99\.0\.50\|\d\|/.test(await lab.must(0, 'ctdb', '-X', 'ip')) ? undefined : 'it has not',
      )
      return ['public-private-overlap - - 10.99.0.0/24']
    },
    async undo({ lab }) {
      restoreFiles()
      await lab.must(0, 'ctdb', 'reloadips', 'all')
    },
  },
  {
    name: '10.interface is not enabled on a node',
    leavesNothing: false,
    async make({ lab }) {
      await lab.must(1, 'mv', '/etc/ctdb/events/legacy/10.interface.script', '/etc/ctdb/10.interface.away')
      return ['script-not-enabled 1']
    },
    undo: ({ lab }) => lab.must(1, 'mv', '/etc/ctdb/10.interface.away', '/etc/ctdb/events/legacy/10.interface.script'),
  },
  {
    name: 'an event script fails, and its node is unhealthy',
    async make({ lab }) {
      const path = lab.path(1, 'etc/events/legacy/77.broken.script')
      writeFileSync(path, '#!/bin/sh\n[ "$1" = monitor ] && { echo "out of \u001b[31mpaper"; exit 3; }; exit 0\n', {
        mode: 0o755,
      })
      await untilSettled(lab, ['OK', 'Unhealthy', 'OK'])
      return ['script-failing 1 - monitor 77.broken']
    },
    undo: ({ lab }) => lab.must(1, 'rm', '/etc/ctdb/events/legacy/77.broken.script'),
  },
  {
    name: 'a tunable differs',
    unnoticed: true,
    async make({ lab }) {
      await lab.must(1, 'ctdb', 'setvar', 'TakeoverTimeout', '11')
      return ['tunables-differ - - TakeoverTimeout']
    },
    undo: ({ lab }) => lab.must(1, 'ctdb', 'setvar', 'TakeoverTimeout', '9'),
  },
  {
    name: 'a tunable has no effect',
    async make({ lab }) {
      await lab.setTunable('IPAllocAlgorithm', 0)
      await lab.setTunable('NoIPFailback', 1)
      await lab.must(0, 'ctdb', 'ipreallocate')
      return ['tunable-ineffective - - NoIPFailback']
    },
    async undo({ lab }) {
      await lab.setTunable('IPAllocAlgorithm', 2)
      await lab.setTunable('NoIPFailback', 0)
    },
  },
  {
    name: 'failover is off',
    async make({ lab }) {
      await lab.setTunable('NoIPTakeover', 1)
      return ['failover-off - - NoIPTakeover']
    },
    undo: ({ lab }) => lab.setTunable('NoIPTakeover', 0),
  },
  {
    name: 'there is no leader',
    async make({ lab }) {
      for (const pnn of lab.pnns) lab.signal(pnn, 'recoverd', 'SIGSTOP')
      return ['leader-disagreement']
    },
    async undo({ lab }) {
      for (const pnn of lab.pnns) lab.signal(pnn, 'recoverd', 'SIGCONT')
    },
  },
  {
    name: 'a node is banned',
    isAlwaysRemedied: true,
    async make({ lab }) {
      await lab.must(0, 'ctdb', 'ban', '600', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Banned'], [0, 1])
      return ['node-banned 2']
    },
    undo: ({ lab }) => lab.must(0, 'ctdb', 'unban', '-n', '2'),
  },
  {
    name: 'a daemon was killed, and left its addresses behind',
    isAlwaysRemedied: true,
    async make({ lab }) {
      const view = await viewOf(lab, 0)
      if (typeof view === 'string') throw new Error(view)
      const left = [...view.owners].flatMap(([address, owner]) => (owner === 2 ? [address] : []))
      lab.killDaemon(2)
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      return left.map((address) => `ip-on-dead-daemon 2 ${address}`)
    },
    async undo({ lab }) {
      for (const { name, address, bits } of PUBLIC) await lab.exec(2, ['ip', 'addr', 'del', `${address}/${bits}`, 'dev', name])
      await startIfDown(lab, 2)
    },
  },
  {
    name: 'a daemon was shut down',
    holds: ['it does not run'],
    async make({ lab }) {
      await lab.must(0, 'ctdb', 'shutdown', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      return ['node-disconnected 2']
    },
    undo: ({ lab }) => startIfDown(lab, 2),
  },
  {
    name: 'ip_nonlocal_bind is on',
    // CTDB then mistakes addresses for those of the node, finds them where they should not be, and bans the node.
    frozen: true,
    async make({ lab }) {
      await lab.must(1, 'sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=1')
      return ['nonlocal-bind 1']
    },
    undo: ({ lab }) => lab.must(1, 'sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=0'),
  },
  {
    name: 'secondary addresses are not promoted',
    states: ['Disabled', 'OK', 'Disabled'],
    mend: async () => {},
    leavesNothing: false,
    async make({ lab }) {
      await lab.must(1, 'sysctl', '-qw', 'net.ipv4.conf.all.promote_secondaries=0', 'net.ipv4.conf.eth1.promote_secondaries=0')
      await lab.must(0, 'ctdb', 'disable', '-n', '2')
      await lab.must(0, 'ctdb', 'disable', '-n', '0')
      await untilSettled(lab, ['Disabled', 'OK', 'Disabled'])
      return ['promote-secondaries 1 - eth1']
    },
    async undo({ lab }) {
      await lab.must(0, 'ctdb', 'enable', '-n', '2')
      await lab.must(0, 'ctdb', 'enable', '-n', '0')
    },
  },
  {
    name: 'a firewall rule that drops packets was left behind',
    unnoticed: true,
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await lab.must(owner, 'iptables', '-I', 'INPUT', '-i', 'eth1', '-d', ADDRESS, '-j', 'DROP')
      return [`leftover-drop ${owner} ${ADDRESS} eth1`]
    },
    async undo({ lab }) {
      await lab.must(await ownerOf(lab), 'iptables', '-F', 'INPUT')
    },
  },
  {
    name: 'a takeover run would move addresses',
    async make({ lab }) {
      const view = await viewOf(lab, 0)
      if (typeof view === 'string') throw new Error(view)
      const target = otherThan(lab, 2)
      for (const [address, owner] of view.owners) if (owner === 2) await lab.must(0, 'ctdb', 'moveip', address, String(target))
      return ['imbalance']
    },
    undo: ({ lab }) => lab.must(0, 'ctdb', 'ipreallocate'),
  },
]

/** What keeps a daemon from running, on node 2, whose daemon is down. */
export const DEATHS: readonly Pick<Fault, 'name' | 'make'>[] = [
  {
    name: 'a name in its nodes file',
    async make({ lab }) {
      edit(lab, 2, 'nodes', (text) => text.replace('10.99.0.2', 'smb1.example.com'))
      return ['nodes-file-drift 2']
    },
  },
  {
    name: 'a public address without a mask',
    async make({ lab }) {
      edit(lab, 2, 'public_addresses', (text) => `${text}10.99.1.140 eth1\n`)
      return ['file-lint 2 - line 7: rejected']
    },
  },
  {
    name: 'an interface that is not there',
    async make({ lab }) {
      edit(lab, 2, 'public_addresses', (text) => text.replace(`${ADDRESS}/24 eth1`, `${ADDRESS}/24 eth7`))
      return [`file-cross-node - ${ADDRESS}`, 'iface-absent 2']
    },
  },
  {
    name: 'a value in ctdb.conf',
    async make({ lab }) {
      edit(lab, 2, 'ctdb.conf', (text) => `${text}[legacy]\nstart as stopped = maybe\n`)
      return ['config-invalid 2 - rejected']
    },
  },
  {
    name: 'another cluster lock than that of the leader',
    async make({ lab }) {
      edit(lab, 2, 'ctdb.conf', (text) => text.replace(/cluster lock = .*/, 'cluster lock = /tmp/another-lock'))
      return ['cluster-lock 2']
    },
  },
]
