import * as Flags from '@oclif/core/flags'
import type { Algorithm } from '../lib/allocation/input.ts'
import { CtdbtsError } from '../lib/errors.ts'
import type { Edit } from '../lib/takeover/what-if.ts'

const ALGORITHM_NAMES: readonly Algorithm[] = ['deterministic', 'non-deterministic', 'lcp2']

const repeatable = (helpValue: string, summary: string) =>
  Flags.string({ multiple: true, multipleNonGreedy: true, helpGroup: 'WHAT IF', helpValue, summary })

/** What-if options: each assumes a change of the cluster. They can be combined and repeated. */
export const whatIfFlags = {
  down: repeatable('PNN', 'As if the daemon or the machine of this node died'),
  up: repeatable('PNN', 'As if this node were up and healthy, however that came about; one takeover run'),
  start: repeatable('PNN', 'As if the dead daemon of this node were started'),
  stop: repeatable('PNN', 'As if this node were stopped (ctdb stop)'),
  continue: repeatable('PNN', 'As if this stopped node were continued (ctdb continue)'),
  ban: repeatable('PNN', 'As if this node were banned (ctdb ban)'),
  unban: repeatable('PNN', 'As if this banned node were unbanned (ctdb unban)'),
  disable: repeatable('PNN', 'As if this node were disabled (ctdb disable)'),
  enable: repeatable('PNN', 'As if this node were not disabled (ctdb enable)'),
  'link-down': repeatable('PNN:IFACE', 'As if this interface had no link'),
  'link-up': repeatable('PNN:IFACE', 'As if this interface had a link'),
  algorithm: Flags.string({
    helpGroup: 'WHAT IF',
    options: [...ALGORITHM_NAMES],
    summary: 'As if the leader used this algorithm',
  }),
  set: repeatable('TUNABLE=VALUE', 'As if this tunable of the leader had this value'),
  'add-address': repeatable('IP[/MASK][@PNN,…]', 'As if these nodes (default: all) also knew this address'),
  'remove-address': repeatable('IP', 'As if no node knew this address'),
  'add-node': repeatable('N', 'As if there were this many more nodes'),
}

export interface WhatIfOptions {
  readonly down?: string[] | undefined
  readonly up?: string[] | undefined
  readonly start?: string[] | undefined
  readonly stop?: string[] | undefined
  readonly continue?: string[] | undefined
  readonly ban?: string[] | undefined
  readonly unban?: string[] | undefined
  readonly disable?: string[] | undefined
  readonly enable?: string[] | undefined
  readonly 'link-down'?: string[] | undefined
  readonly 'link-up'?: string[] | undefined
  readonly algorithm?: string | undefined
  readonly set?: string[] | undefined
  readonly 'add-address'?: string[] | undefined
  readonly 'remove-address'?: string[] | undefined
  readonly 'add-node'?: string[] | undefined
}

/**
 * The edits that the options ask for. What is added or comes up is first, so that later edits can take it away again.
 * @throws CtdbtsError BAD_OPTION naming the option and what it should look like.
 */
export function editsOf(options: WhatIfOptions): Edit[] {
  const each = <E>(name: keyof WhatIfOptions, make: (text: string) => E): E[] => {
    const given = options[name] ?? []
    return (Array.isArray(given) ? given : [given]).map(make)
  }
  return [
    ...each('add-node', (text): Edit => ({ kind: 'add-nodes', count: unsigned32(text, '--add-node N') })),
    ...each('add-address', addressEdit),
    ...each('remove-address', (address): Edit => ({ kind: 'remove-address', address: address.replace(/\/\d+$/, '') })),
    ...(['start', 'continue', 'unban', 'up', 'enable'] as const).flatMap((kind) =>
      each(kind, (text): Edit => ({ kind, pnn: unsigned32(text, `--${kind} PNN`) })),
    ),
    ...each('link-up', (text): Edit => ({ kind: 'link-up', ...link(text, '--link-up') })),
    ...(['down', 'stop', 'ban', 'disable'] as const).flatMap((kind) =>
      each(kind, (text): Edit => ({ kind, pnn: unsigned32(text, `--${kind} PNN`) })),
    ),
    ...each('link-down', (text): Edit => ({ kind: 'link-down', ...link(text, '--link-down') })),
    ...each('algorithm', (text): Edit => ({ kind: 'algorithm', algorithm: text as Algorithm })),
    ...each('set', tunableEdit),
  ]
}

const bad = (text: string, wanted: string): CtdbtsError =>
  new CtdbtsError('BAD_OPTION', `${JSON.stringify(text)} is not a valid value for ${wanted}`, {
    hint: 'see `ctdbts takeover-run --help`',
  })

/** A whole number of 32 bits. */
export function unsigned32(text: string, wanted: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= 0xffff_ffff)) throw bad(text, wanted)
  return value
}

function link(text: string, option: string): { pnn: number; interfaceName: string } {
  const [, pnn, interfaceName] = /^(\d+):(.+)$/.exec(text) ?? []
  if (pnn === undefined || interfaceName === undefined) throw bad(text, `${option} PNN:IFACE`)
  return { pnn: unsigned32(pnn, `${option} PNN:IFACE`), interfaceName }
}

function tunableEdit(text: string): Edit {
  const [, tunable, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (tunable === undefined || value === undefined) throw bad(text, '--set TUNABLE=VALUE')
  return { kind: 'set', tunable, value: unsigned32(value, '--set TUNABLE=VALUE') }
}

function addressEdit(text: string): Edit {
  const wanted = '--add-address IP[/MASK][@PNN,…]'
  const [, address, list] = /^([^/@]+)(?:\/\d+)?(?:@(.+))?$/.exec(text) ?? []
  if (address === undefined) throw bad(text, wanted)
  return {
    kind: 'add-address',
    address,
    ...(list !== undefined && { pnns: list.split(',').map((pnn) => unsigned32(pnn, wanted)) }),
  }
}
