import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { said, saidByNodes } from '../facts.ts'
import { overlaps } from '../private-overlap.ts'
import type { View } from '../view.ts'
import type { KnownBug, Matter } from './bug.ts'

/** A stuck leader has the lock, and says nothing. */
const FREE_LOCK =
  'Find the node whose log last says `Cluster lock taken successfully`, and restart ctdbd there: the others can then elect a leader.'

/**
 * The bugs, the latest first. In which releases they are and are not follows from the commits that name them on the branches of the releases
 * (Samba's repository as of August 2026, tags up to 4.24.5), what they do from the texts of those commits and the release notes.
 */
export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    number: 16152,
    severity: 'info',
    fault:
      'while nobody can take the cluster lock, a node begins one election inside another, loses track of the lock that it then takes, and may ban itself',
    mended: ['4.23.11', '4.25.0'],
    lastKnown: '4.24.5',
    untilThen: FREE_LOCK,
    matters: noLeaderWithLock,
  },
  {
    number: 16085,
    cve: 'CVE-2026-58224',
    fault: 'anyone who can connect to port 4379 on the private network can crash ctdbd, or do worse',
    mended: ['4.22.11', '4.23.11', '4.24.5'],
    untilThen: 'Let only the nodes reach port 4379, and give them a private network that clients cannot reach.',
    matters: publicInPrivate,
  },
  {
    number: 15994,
    severity: 'info',
    fault:
      'when a node gives up an address, the list of its TCP connections is lost, so the next owner tells no client to reconnect: SMB clients hang until they time out',
    since: ['4.20.0'],
    mended: ['4.23.11', '4.25.0'],
    lastKnown: '4.24.5',
    untilThen: 'Move addresses when few clients are connected; a client that hangs has to reconnect by itself.',
    matters: knowsAddresses,
  },
  {
    number: 15950,
    fault: 'at its start, ctdbd crashes if it has no cluster lock and the leader has one',
    // What mended bug 15858 brought it.
    since: ['4.21.6', '4.22.2', '4.23.0'],
    mended: ['4.22.7', '4.23.4', '4.24.0'],
    untilThen: 'Give all nodes the same cluster lock in ctdb.conf before ctdbd is started.',
    matters: someWithoutLock,
  },
  {
    number: 15935,
    fault: 'with ip_nonlocal_bind=1, an address cannot be moved to another interface, and ctdbd may crash',
    mended: ['4.21.10', '4.22.7', '4.23.3'],
    untilThen: 'Set net.ipv4.ip_nonlocal_bind and net.ipv6.ip_nonlocal_bind to 0.',
    matters: 'nonlocal-bind',
  },
  {
    number: 15892,
    severity: 'info',
    fault:
      'a late message of the previous leader keeps the new one, which holds the cluster lock, from ever announcing that it leads',
    since: ['4.16.0'],
    mended: ['4.21.8', '4.22.4', '4.23.0'],
    untilThen: FREE_LOCK,
    matters: noLeaderWithLock,
  },
  {
    number: 15858,
    fault:
      'when ctdbd is shut down, Samba’s locks on the node are gone before its addresses have moved, so clients may find files in a state that they do not expect',
    mended: ['4.21.6', '4.22.2', '4.23.0'],
    untilThen: 'Disable the node (`ctdb disable`) before you shut its ctdbd down: its addresses move first.',
  },
  {
    number: 15755,
    fault: 'an event script that is disabled while an event runs makes that event fail',
    mended: ['4.20.7', '4.21.3', '4.22.0'],
    untilThen: 'Run the event again, or wait for the next one.',
  },
  {
    number: 15523,
    fault: 'with SMB multichannel, connections are missing from the list that makes the clients of a moved address reconnect',
    mended: ['4.18.10', '4.19.4', '4.20.0'],
    untilThen: 'Turn `server multi channel support` off in smb.conf.',
  },
  {
    number: 14826,
    fault: 'the event scripts mistake the words of a comment in public_addresses for interfaces, so the monitor event fails',
    mended: ['4.14.9', '4.15.1', '4.16.0'],
    untilThen: 'Remove the comments from public_addresses.',
    matters: 'file-lint',
  },
  {
    number: 14175,
    fault: 'after a connection between two nodes was lost, they may never connect again',
    // What mended bug 14084 brought it.
    since: ['4.9.14', '4.10.9', '4.11.0'],
    mended: ['4.9.16', '4.10.13', '4.11.4', '4.12.0'],
    untilThen: 'Restart ctdbd on one of the two nodes.',
    matters: apart,
  },
  {
    number: 14129,
    severity: 'info',
    fault: 'a deleted node makes `ctdb nodestatus` fail, and with it the scripts that rely on its exit status',
    mended: ['4.9.14', '4.10.9', '4.11.1', '4.12.0'],
    untilThen:
      'Restart ctdbd on all nodes, one after the other, with nodes files that do not have the deleted node; or use `ctdbts nodestatus`.',
    matters: deletedNodes,
  },
  {
    number: 14087,
    fault:
      '`ctdb stop` ends before the databases of the node are frozen, so a node that is continued at once may have old records',
    mended: ['4.9.14', '4.10.9', '4.11.0'],
    untilThen: 'Wait some seconds between `ctdb stop` and `ctdb continue`.',
  },
  {
    number: 14085,
    fault: 'a node without the lmaster capability is considered missing, and recoveries do not end',
    mended: ['4.9.14', '4.10.9', '4.11.0'],
    untilThen: 'Give every node the lmaster capability: remove `lmaster capability` from ctdb.conf.',
    matters: noLmaster,
  },
  {
    number: 13800,
    severity: 'info',
    fault:
      'if the file system of the cluster lock hangs, the attempt to take the lock waits forever, and the cluster has no leader',
    mended: ['4.9.5', '4.10.1', '4.11.0'],
    untilThen: 'Repair the file system that the lock is on, and restart ctdbd on the node that waits.',
    matters: noLeaderWithLock,
  },
  {
    number: 13670,
    fault: 'a node that makes recoveries fail after more than two minutes is never banned, so recoveries do not end',
    mended: ['4.8.8', '4.9.2', '4.10.0'],
    untilThen: 'Ban or stop the node that the log of the leader names.',
  },
  {
    number: 13154,
    severity: 'info',
    fault:
      'a node that starts does not learn the TCP connections of the others’ clients, so if it takes an address over, it tells no client to reconnect',
    // What mended bug 13056 brought it.
    since: ['4.6.9', '4.7.1'],
    mended: ['4.6.12', '4.7.4', '4.8.0'],
    untilThen: 'A client that hangs has to reconnect by itself.',
    matters: knowsAddresses,
  },
  {
    number: 13056,
    severity: 'info',
    fault: 'ctdbd keeps what it cannot send to a disconnected node, so it uses more and more memory',
    mended: ['4.6.9', '4.7.1', '4.8.0'],
    untilThen: 'Bring the node back, or delete it (in the nodes file, then `ctdb reloadnodes`).',
    matters: disconnected,
  },
]

/** By number. */
export function knownBug(number: number): KnownBug {
  const bug = KNOWN_BUGS.find((each) => each.number === number)
  if (!bug) throw new Error(`there is no known bug ${number}`)
  return bug
}

/** Nodes that see each other, a cluster lock, and no leader. */
function noLeaderWithLock(view: View, having: readonly Pnn[]): Matter {
  const locked = having.filter((pnn) => view.active.some((node) => node.pnn === pnn) && view.need(pnn, 'clusterLock'))
  const mayLead = view.active.some(({ pnn }) => view.need(pnn, 'capabilities')?.leader === true)
  if (view.snapshot.leader.pnn !== null || !mayLead) return { evidence: [] }
  return {
    pnns: locked,
    until: { on: 'either', triggers: [{ on: 'leader' }, { on: 'leaves', pnns: locked }] },
    evidence: ['there is no leader', ...locked.map((pnn) => said(pnn, `cluster lock: ${view.peek(pnn, 'clusterLock')}`))],
  }
}

function publicInPrivate(view: View): Matter {
  return { evidence: overlaps(view).flatMap(({ evidence }) => evidence) }
}

function knowsAddresses(view: View, having: readonly Pnn[]): Matter {
  const counts = having.map((pnn) => ({ pnn, count: view.need(pnn, 'known')?.length ?? 0 })).filter(({ count }) => count > 0)
  return {
    pnns: counts.map(({ pnn }) => pnn),
    evidence: counts.map(({ pnn, count }) => said(pnn, `public addresses: ${count}`)),
  }
}

/** A daemon that has died already cannot be asked, but its file may tell: see cluster-lock, which reports that. */
function someWithoutLock(view: View): Matter {
  const locks = view.nodes.flatMap(({ pnn }) => {
    const lock = view.peek(pnn, 'clusterLock')
    return lock === undefined ? [] : [{ pnn, lock }]
  })
  const without = locks.filter(({ lock }) => lock === '')
  if (without.length === 0 || without.length === locks.length) return { evidence: [] }
  return {
    pnns: without.map(({ pnn }) => pnn),
    evidence: locks.map(({ pnn, lock }) => said(pnn, lock === '' ? 'no cluster lock' : `cluster lock: ${lock}`)),
  }
}

/** Two nodes that others see, but that do not see each other. */
function apart(view: View, having: readonly Pnn[]): Matter {
  const pairs = view.views.apart.filter((pair) => pair.some((pnn) => having.includes(pnn)))
  return {
    pnns: [...new Set(pairs.flat())].filter((pnn) => having.includes(pnn)),
    until: { on: 'repair' },
    evidence: pairs.map((pair) => `${nodesText(pair)} do not see each other`),
  }
}

function deletedNodes(view: View): Matter {
  const deleted = view.snapshot.nodeMap.filter((node) => hasFlag(node, NODE_FLAG.DELETED)).map(({ pnn }) => pnn)
  return { evidence: deleted.length === 0 ? [] : [`node map: ${nodesText(deleted)} deleted`] }
}

function noLmaster(view: View): Matter {
  const without = view.active.filter(({ pnn }) => view.need(pnn, 'capabilities')?.lmaster === false).map(({ pnn }) => pnn)
  const evidence = without.length === 0 ? [] : [saidByNodes(without, 'no lmaster capability')]
  return { until: { on: 'leaves', pnns: without }, evidence }
}

function disconnected(view: View): Matter {
  const away = view.nodes.filter(({ pnn }) => hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)).map(({ pnn }) => pnn)
  const until = { on: 'other', text: 'all nodes are connected' } as const
  return { until, evidence: away.length === 0 ? [] : [`node map: ${nodesText(away)} disconnected`] }
}
