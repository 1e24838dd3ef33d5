import { ALGORITHMS } from '../../allocation/input.ts'
import { TUNABLES } from '../../cluster/tunables.ts'
import type { Check, Found } from '../check.ts'
import { said } from '../facts.ts'
import { lastsWithLeader, type Tunables, whoseTunables } from '../lasting.ts'
import { mend } from '../remedy.ts'

/** Obsolete tunables that once controlled how addresses are hosted. */
const MEANT_FOR_ADDRESSES = ['DeterministicIPs', 'DisableIPFailover', 'LCP2PublicIPs', 'NoIPHostOnAllDisabled'] as const

const isNotDefault =
  (name: (typeof MEANT_FOR_ADDRESSES)[number]) =>
  (values: Tunables): boolean => {
    const defaultValue = TUNABLES.find((each) => each.name === name)?.defaultValue
    return (values[name] ?? defaultValue) !== defaultValue
  }

/** Whether each tunable is set without an effect. */
const INEFFECTIVE = {
  NoIPFailback: ({ IPAllocAlgorithm = 2, NoIPFailback = 0 }: Tunables) => IPAllocAlgorithm === 0 && NoIPFailback !== 0,
  IPAllocAlgorithm: ({ IPAllocAlgorithm = 2 }: Tunables) => ALGORITHMS[IPAllocAlgorithm] === undefined,
  DeterministicIPs: isNotDefault('DeterministicIPs'),
  DisableIPFailover: isNotDefault('DisableIPFailover'),
  LCP2PublicIPs: isNotDefault('LCP2PublicIPs'),
  NoIPHostOnAllDisabled: isNotDefault('NoIPHostOnAllDisabled'),
}

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
  remedy: 'Set the tunable that has the intended effect instead, or remove this one from ctdb.tunables.',
  find(view) {
    const { era } = view.snapshot.leader
    const pnn = whoseTunables(view)
    const values = pnn === undefined ? undefined : view.need(pnn, 'tunables')
    if (pnn === undefined || !values) return []
    const say = (name: keyof typeof INEFFECTIVE, message: string, remedy: string): Found => ({
      subject: { detail: name },
      nodes: [pnn],
      message,
      claims: [lastsWithLeader(view, { has: INEFFECTIVE[name], pnns: [pnn] })],
      actions: [mend({ what: 'configuration' }, remedy)],
      evidence: [said(pnn, `${name} = ${values[name]}`), ...(name === 'NoIPFailback' ? [said(pnn, 'IPAllocAlgorithm = 0')] : [])],
    })
    const obsolete = era === 'leader' ? MEANT_FOR_ADDRESSES.filter((name) => INEFFECTIVE[name](values)) : []
    return [
      ...(INEFFECTIVE.NoIPFailback(values)
        ? [
            say(
              'NoIPFailback',
              'NoIPFailback is set, but the deterministic algorithm ignores it',
              'Choose another algorithm (`ctdb setvar IPAllocAlgorithm 2` on all nodes), or unset NoIPFailback.',
            ),
          ]
        : []),
      ...(INEFFECTIVE.IPAllocAlgorithm(values)
        ? [
            say(
              'IPAllocAlgorithm',
              `IPAllocAlgorithm is ${values.IPAllocAlgorithm}, but there is no such algorithm`,
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
