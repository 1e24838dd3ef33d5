import { ALGORITHMS } from '../../allocation/input.ts'
import { TUNABLES } from '../../cluster/tunables.ts'
import type { Check, Found } from '../check.ts'
import { said } from '../facts.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'

/** Obsolete tunables that once controlled how addresses are hosted. */
const MEANT_FOR_ADDRESSES = ['DeterministicIPs', 'DisableIPFailover', 'LCP2PublicIPs', 'NoIPHostOnAllDisabled'] as const

export const check: Check = {
  id: 'tunable-ineffective',
  order: 270,
  severity: 'info',
  title: 'A tunable is set but has no effect',
  seenBy: ['C'],
  moves: false,
  meaning:
    'Someone has set a tunable that currently does nothing: the deterministic algorithm ignores NoIPFailback, CTDB uses LCP2 for an unknown IPAllocAlgorithm, and some tunables are obsolete and exist only by name.',
  outlook: 'Nothing.',
  remedy: 'Set what is meant instead, or remove the tunable from ctdb.tunables.',
  find(view) {
    const { pnn: leader, era } = view.snapshot.leader
    // Without a leader, any node may be the next one.
    const pnn = leader ?? view.nodes.find((node) => view.peek(node.pnn, 'tunables'))?.pnn
    const values = pnn === undefined ? undefined : view.need(pnn, 'tunables')
    if (pnn === undefined || !values) return []
    const algorithm = values.IPAllocAlgorithm ?? 2
    const say = (name: string, message: string, remedy: string): Found => ({
      subject: { detail: name },
      nodes: [pnn],
      message,
      claims: [stays()],
      actions: [mend({ what: 'configuration' }, remedy)],
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
              'NoIPFailback is set, but the deterministic algorithm ignores it',
              'Choose another algorithm (`ctdb setvar IPAllocAlgorithm 2` on all nodes), or unset NoIPFailback.',
            ),
          ]
        : []),
      ...(ALGORITHMS[algorithm] === undefined
        ? [
            say(
              'IPAllocAlgorithm',
              `IPAllocAlgorithm is ${algorithm}, but there is no such algorithm`,
              'Set it to 0, 1 or 2 on all nodes.',
            ),
          ]
        : []),
      ...obsolete.map((name) =>
        say(
          name,
          `${name} is set, but it is obsolete and does nothing`,
          'Remove it from ctdb.tunables; see ctdb-tunables(7) for what replaced it.',
        ),
      ),
    ]
  },
}
