import { ALGORITHMS } from '../../allocation/input.ts'
import { LISTED_TUNABLES, TUNABLES } from '../../cluster/tunables.ts'
import type { Check, Found } from '../check.ts'
import { byValue, fileHas, nodesText, said } from '../facts.ts'
import { isDisabledInFile } from '../failover.ts'

export const tunablesDiffer: Check = {
  id: 'tunables-differ',
  severity: 'warning',
  title: 'A tunable has different values on different nodes',
  seenBy: ['C'],
  moves: false,
  meaning:
    "A takeover run goes by the leader's tunables, much else by each node's own. When they differ, what happens depends on who leads.",
  outlook: 'Nothing: tunables are set on each node by itself, and read from ctdb.tunables when its daemon starts.',
  remedy: 'Set it on all nodes (`ctdb setvar NAME VALUE`), and make the files ctdb.tunables agree.',
  find(view) {
    const tunables = view.active.flatMap(({ pnn }) => {
      const values = view.need(pnn, 'tunables')
      return values ? [{ pnn, values }] : []
    })
    return LISTED_TUNABLES.flatMap((name): Found[] => {
      // An older daemon does not know all.
      const entries = tunables.flatMap(({ pnn, values }) => (values[name] === undefined ? [] : [[pnn, values[name]] as const]))
      const groups = byValue(entries)
      if (groups.length < 2) return []
      return [
        {
          subject: { detail: name },
          nodes: groups.slice(1).flatMap(({ pnns }) => pnns),
          message: `${name} differs: ${groups.map(({ value, pnns }) => `${value} on ${nodesText(pnns)}`).join(', ')}`,
          evidence: groups.map(({ value, pnns }) => `CTDB on ${nodesText(pnns)}: ${name} = ${value}`),
        },
      ]
    })
  },
}

/** Obsolete tunables by which somebody may want to say how addresses are hosted. */
const MEANT_FOR_ADDRESSES = ['DeterministicIPs', 'DisableIPFailover', 'LCP2PublicIPs', 'NoIPHostOnAllDisabled'] as const

export const tunableIneffective: Check = {
  id: 'tunable-ineffective',
  severity: 'info',
  title: 'A tunable is set that has no effect',
  seenBy: ['C'],
  moves: false,
  meaning:
    'Somebody has set a tunable that does nothing as things are: NoIPFailback is ignored by the deterministic algorithm, an unknown IPAllocAlgorithm is taken for LCP2, and some tunables are obsolete and only still have their names.',
  outlook: 'Nothing.',
  remedy: 'Set what is meant instead, or take it out of ctdb.tunables.',
  find(view) {
    const { pnn, era } = view.snapshot.leader
    const values = pnn === null ? undefined : view.need(pnn, 'tunables')
    if (pnn === null || !values) return []
    const algorithm = values.IPAllocAlgorithm ?? 2
    const say = (name: string, message: string, remedy: string): Found => ({
      subject: { detail: name },
      nodes: [pnn],
      message,
      remedy,
      evidence: [said(pnn, `${name} = ${values[name]}`), ...(name === 'NoIPFailback' ? [said(pnn, 'IPAllocAlgorithm = 0')] : [])],
    })
    const obsolete = MEANT_FOR_ADDRESSES.filter((name) => {
      const tunable = TUNABLES.find((each) => each.name === name)
      return era === 'leader' && (values[name] ?? tunable?.defaultValue) !== tunable?.defaultValue
    })
    return [
      ...(algorithm === 0 && (values.NoIPFailback ?? 0) !== 0
        ? [
            say(
              'NoIPFailback',
              'NoIPFailback is set, and the deterministic algorithm ignores it',
              'Choose another algorithm (`ctdb setvar IPAllocAlgorithm 2` on all nodes), or unset NoIPFailback.',
            ),
          ]
        : []),
      ...(ALGORITHMS[algorithm] === undefined
        ? [
            say(
              'IPAllocAlgorithm',
              `IPAllocAlgorithm is ${algorithm}, which no algorithm has`,
              'Set it to 0, 1 or 2 on all nodes.',
            ),
          ]
        : []),
      ...obsolete.map((name) =>
        say(
          name,
          `${name} is set, and obsolete: it does nothing`,
          'Take it out of ctdb.tunables; see ctdb-tunables(7) for what replaced it.',
        ),
      ),
    ]
  },
}

export const failoverOff: Check = {
  id: 'failover-off',
  severity: 'warning',
  title: 'Failover of public addresses is turned off',
  seenBy: ['C', 'F'],
  moves: false,
  meaning:
    'With NoIPTakeover=1 on the leader a takeover run gives no address to a node that does not have it. With `[failover] disabled` in ctdb.conf a leader makes no takeover runs at all, and its node does not check its addresses. When a node goes, its addresses are gone.',
  outlook: 'Nothing: that is what was asked for.',
  remedy: 'Run `ctdb setvar NoIPTakeover 0` on all nodes; take `disabled` out of [failover] on all nodes and restart ctdbd.',
  falseAlarm: 'During planned work. The file counts when ctdbd starts: it may have been changed since.',
  find(view) {
    const { pnn: leader } = view.snapshot.leader
    const tunables = leader === null ? undefined : view.need(leader, 'tunables')
    const disabled = view.nodes.filter(({ pnn }) => isDisabledInFile(view.need(pnn, 'host.configFile'))).map(({ pnn }) => pnn)
    return [
      ...(leader !== null && (tunables?.NoIPTakeover ?? 0) !== 0
        ? [
            {
              subject: { detail: 'NoIPTakeover' },
              nodes: [leader],
              message: `NoIPTakeover is ${tunables?.NoIPTakeover} on node ${leader}, which leads: no address fails over`,
              evidence: [said(leader, `NoIPTakeover = ${tunables?.NoIPTakeover}`), `leader: node ${leader}`],
              remedy: 'Run `ctdb setvar NoIPTakeover 0` on all nodes, and take it out of ctdb.tunables.',
            },
          ]
        : []),
      ...(disabled.length > 0
        ? [
            {
              subject: { detail: '[failover] disabled' },
              nodes: disabled,
              message: `ctdb.conf turns failover off on ${nodesText(disabled)}`,
              evidence: disabled.map((pnn) => fileHas(pnn, 'ctdb.conf has [failover] disabled')),
              remedy: 'Take `disabled` out of [failover] in ctdb.conf and restart ctdbd there.',
            },
          ]
        : []),
    ]
  },
}
