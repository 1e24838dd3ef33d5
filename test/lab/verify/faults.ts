import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { publicSocketAddress } from '../../../src/lib/address/socket-address.ts'
import { UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'
import type { CtdbClient } from '../../../src/transport/client.ts'
import { controls } from '../../../src/transport/wire/controls.ts'
import type { Lab } from '../harness/lab.ts'
import { untilSettled, viewOf } from '../harness/view.ts'
import { waitUntil } from '../harness/wait.ts'

/** What a fault is made with. */
interface Hands {
  readonly lab: Lab
  /** To node 0's daemon. */
  readonly client: CtdbClient
}

/** A fault that a real cluster is given on purpose. */
export interface Fault {
  readonly name: string
  /** Recovery daemons would mend it at once; they are kept from it. */
  readonly frozen?: true
  /** Makes it, and gives the findings it has to lead to, `id node address detail` each or how that begins; what follows from them is not named. */
  make(hands: Hands): Promise<readonly string[]>
  /** Undoes what does not mend itself once takeover runs are allowed. */
  undo?(hands: Hands): Promise<unknown>
}

/** Where the public addresses may be. */
const PUBLIC = [131, 132, 133].flatMap((last) => [
  { address: `10.99.1.${last}`, bits: 24, name: 'eth1' },
  { address: `fd00:99:1::${last}`, bits: 64, name: 'eth1' },
  { address: `fd00:99:1::${last}`, bits: 64, name: 'eth2' },
])
const ADDRESS = '10.99.1.131'
const ADDRESS6 = 'fd00:99:1::131'

/** Who owns an address, as node 0 believes. */
async function ownerOf(lab: Lab, address = ADDRESS): Promise<number> {
  const view = await viewOf(lab, 0)
  const owner = typeof view === 'string' ? undefined : view.owners.get(address)
  if (owner === undefined || owner < 0) throw new Error(`nobody owns ${address}`)
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

/** Edits a file below /etc/ctdb of a node; what it was comes back with `restore`. */
const kept = new Map<string, string>()
function edit(lab: Lab, pnn: number, file: string, change: (text: string) => string): void {
  const path = lab.path(pnn, `etc/${file}`)
  const before = readFileSync(path, 'utf8')
  if (!kept.has(path)) kept.set(path, before)
  writeFileSync(path, change(before))
}
function restoreFiles(): void {
  for (const [path, text] of kept) writeFileSync(path, text)
  kept.clear()
}

async function everywhere(lab: Lab, ...argv: string[]): Promise<void> {
  for (const pnn of lab.pnns) await lab.must(pnn, ...argv)
}

const releaseEverywhere = async ({ lab, client }: Hands, pnn: number): Promise<void> => {
  for (const to of lab.pnns)
    await client.control(controls.releaseIp, { to, data: { pnn, address: publicSocketAddress(ADDRESS) } })
}

/** For so long at most a monitor event is held up. */
const SLOW_SECONDS = 60

/** Those of the catalogue that a lab can have. The rest is made in snapshots: test/lib/audit. */
export const FAULTS: readonly Fault[] = [
  {
    name: "the seed's: an address is gone from its owner's kernel",
    frozen: true,
    async make({ lab }) {
      const owner = await ownerOf(lab)
      await ip(lab, owner, 'addr', 'del', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-missing ${owner} ${ADDRESS}`]
    },
  },
  {
    name: 'the same with IPv6',
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
    async make(hands) {
      await releaseEverywhere(hands, UNKNOWN_PNN)
      return [`ip-unhosted - ${ADDRESS}`]
    },
  },
  {
    name: 'an address that nobody owns is in a kernel',
    frozen: true,
    async make(hands) {
      const { lab } = hands
      const owner = await ownerOf(lab)
      await releaseEverywhere(hands, UNKNOWN_PNN)
      await ip(lab, owner, 'addr', 'add', `${ADDRESS}/24`, 'dev', 'eth1')
      return [`ip-rogue ${owner} ${ADDRESS}`, `ip-unhosted - ${ADDRESS}`]
    },
  },
  {
    name: 'no node can host the addresses',
    async make({ lab }) {
      await everywhere(lab, 'ctdb', 'disable')
      await untilSettled(lab, ['Disabled', 'Disabled', 'Disabled'])
      return [131, 132, 133].flatMap((last) => [`ip-unhostable - 10.99.1.${last}`, `ip-unhostable - fd00:99:1::${last}`])
    },
    undo: ({ lab }) => everywhere(lab, 'ctdb', 'enable'),
  },
  {
    name: 'a node believes an address elsewhere than it is',
    frozen: true,
    async make({ lab, client }) {
      const owner = await ownerOf(lab)
      const wrong = otherThan(lab, owner)
      const teller = otherThan(lab, owner, wrong)
      await client.control(controls.releaseIp, { to: teller, data: { pnn: wrong, address: publicSocketAddress(ADDRESS) } })
      return [`ip-stale-view - ${ADDRESS}`]
    },
  },
  {
    name: 'a stopped node has an address in its kernel',
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
    name: 'an address is on another interface than its daemon thinks',
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
    name: 'somebody else has an IPv6 address of the cluster',
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
    name: 'a daemon says that a link is up which is down',
    frozen: true,
    async make({ lab }) {
      // As long as the monitor event is under way, nobody looks at the links. An audit may take half a minute on a busy machine.
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
    name: 'a line for an interface that is not there was added to the file',
    async make({ lab }) {
      for (const pnn of lab.pnns) edit(lab, pnn, 'public_addresses', (text) => `${text}10.99.1.201/24 eth9\n`)
      return lab.pnns.flatMap((pnn) => [`iface-absent ${pnn} - eth9`, `file-not-loaded ${pnn}`])
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a line was added to the file, and not loaded',
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => `${text}10.99.1.202/24 eth1\n`)
      return ['file-not-loaded 1']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'an address was added at run time',
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
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => text.trimEnd())
      return ['file-lint 1 - line 6: careless']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a file has a line that cannot be read',
    async make({ lab }) {
      edit(lab, 1, 'public_addresses', (text) => `${text}10.99.1.300/24 eth1\n`)
      return ['file-lint 1 - line 7: rejected']
    },
    undo: async () => restoreFiles(),
  },
  {
    name: 'a node was added to one nodes file',
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
    name: 'nobody leads',
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
    async make({ lab }) {
      await lab.must(0, 'ctdb', 'ban', '600', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Banned'], [0, 1])
      return ['node-banned 2']
    },
    undo: ({ lab }) => lab.must(0, 'ctdb', 'unban', '-n', '2'),
  },
  {
    name: 'a daemon was killed, and left its addresses behind',
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
      await lab.startDaemon(2)
    },
  },
  {
    name: 'a daemon was shut down',
    async make({ lab }) {
      await lab.must(0, 'ctdb', 'shutdown', '-n', '2')
      await untilSettled(lab, ['OK', 'OK', 'Disconnected|Unhealthy'], [0, 1])
      return ['node-disconnected 2']
    },
    undo: ({ lab }) => lab.startDaemon(2),
  },
  {
    name: 'addresses that are not there can be bound to',
    // CTDB takes them for its own then, finds them where they should not be, and bans the node.
    frozen: true,
    async make({ lab }) {
      await lab.must(1, 'sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=1')
      return ['nonlocal-bind 1']
    },
    undo: ({ lab }) => lab.must(1, 'sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=0'),
  },
  {
    name: 'secondary addresses are not promoted',
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
    name: 'a DROP rule was left behind',
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
