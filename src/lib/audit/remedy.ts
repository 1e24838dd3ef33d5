import type { Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import type { HostAddress } from '../snapshot/host-facts.ts'
import type { Subject } from './subject.ts'

declare const CHECKED: unique symbol

/**
 * What this very audit has seen, and what makes it safe to take something away: a clause without a full stop. Only `checkedFact` makes
 * it, so that no action that removes, or ends a ban, exists without its condition.
 */
export type CheckedFact = string & { readonly [CHECKED]: true }

/** For the functions that decide whether something may be taken away. */
export const checkedFact = (text: string): CheckedFact => text as CheckedFact

/** What only a person can repair or change. */
export interface Mended {
  readonly what:
    | 'script'
    | 'link'
    | 'interface'
    | 'network'
    | 'file'
    | 'configuration'
    | 'capability'
    | 'cluster lock'
    | 'machine'
    | 'clock'
    | 'version'
    | 'firewall'
    | 'other program'
  readonly pnn?: Pnn
  readonly interfaceName?: string
  /** The event whose script fails. */
  readonly event?: string
  readonly address?: string
}

/** One step of a remedy. */
export type Action = Step & {
  /** What must hold before it, for a person to judge: a clause, `it persists`. */
  readonly if?: string
}

/** What a step of a remedy is, apart from what must hold before it. Commands are given on the node itself, as root. */
export type Step =
  /** A command of ctdb or of ctdbts; on the given node, on each node, or on any. */
  | { readonly kind: 'command'; readonly command: string; readonly on: Pnn | 'each node' | 'any node'; readonly purpose?: string }
  /** `ip addr del` for entries of one node's kernel. */
  | { readonly kind: 'remove'; readonly pnn: Pnn; readonly held: readonly HostAddress[]; readonly checked: CheckedFact }
  /** `ip addr add`. */
  | {
      readonly kind: 'add'
      readonly pnn: Pnn
      readonly address: string
      readonly maskBits: number
      readonly interfaceName: string
    }
  /** Sets promote_secondaries, so that the deletion of one address does not delete others. */
  | { readonly kind: 'keep-secondaries'; readonly pnn: Pnn; readonly interfaceName: string }
  /** Starts ctdbd. */
  | { readonly kind: 'start'; readonly pnn: Pnn; readonly checked?: string }
  /** `ctdb unban`. */
  | { readonly kind: 'unban'; readonly pnn: Pnn; readonly checked: CheckedFact }
  /** Nothing but time is needed. */
  | { readonly kind: 'wait'; readonly for: string }
  /** A person repairs something: whole sentences. */
  | { readonly kind: 'mend'; readonly mended: Mended; readonly how: string }
  /** A person finds something out, which changes nothing: whole sentences. */
  | { readonly kind: 'look'; readonly how: string }

/** An action for a person, which changes nothing. */
export const look = (how: string): Action => ({ kind: 'look', how })

/** An action for a person. */
export const mend = (mended: Mended, how: string): Action => ({ kind: 'mend', mended, how })

/** Why nodes that see each other may have no leader. */
export const CHECK_LOCK =
  'Check the cluster lock: if nodes log `Unable to take cluster lock`, a process that is no leader holds its file, or its storage does not work (see cluster-lock).'

/** A takeover run. */
export const RUN_TAKEOVER: Extract<Action, { readonly kind: 'command' }> = {
  kind: 'command',
  command: 'ctdbts ipreallocate',
  on: 'any node',
}

/** The sentences of a remedy. The node of the finding is not named again. */
export function remedyText(actions: readonly Action[], { pnn }: Subject): string {
  return actions.map((action) => sentenceOf(action, (other) => (other === pnn ? 'that node' : `node ${other}`))).join(' ')
}

function sentenceOf(action: Action, node: (pnn: Pnn) => string): string {
  const text = bodyOf(action, node)
  return action.if === undefined ? text : `If ${action.if}: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`
}

function bodyOf(action: Action, node: (pnn: Pnn) => string): string {
  switch (action.kind) {
    case 'command': {
      const where = action.on === 'any node' ? '' : action.on === 'each node' ? ' on all nodes' : ` on ${node(action.on)}`
      return `Run \`${action.command}\`${where}${action.purpose === undefined ? '' : ` ${action.purpose}`}.`
    }
    case 'remove':
      return `Remove it from ${node(action.pnn)}: ${deletions(action.held)} (${action.checked}).`
    case 'add': {
      const { address, maskBits, interfaceName } = action
      return `Add it on ${node(action.pnn)} where it belongs: \`ip addr add ${address}/${maskBits} dev ${nameIn(interfaceName)}\`.`
    }
    case 'keep-secondaries':
      return `Run \`sysctl -w net.ipv4.conf.${nameIn(action.interfaceName)}.promote_secondaries=1\` on ${node(action.pnn)}, as its kernel would drop other addresses as well.`
    case 'start':
      return `Start ctdbd on ${node(action.pnn)}${action.checked === undefined ? '' : ` (${action.checked})`}.`
    case 'unban':
      return `Run \`ctdb unban -n ${action.pnn}\` (${action.checked}), or wait for the end of the ban.`
    case 'wait':
      return `Wait: ${action.for}.`
    case 'mend':
    case 'look':
      return action.how
  }
}

/** What a shell takes for nothing but a name. Others come from a hostile node, and could do harm where a command is pasted. */
const HARMLESS_NAME = /^[\w.:-]+$/

/** The name of an interface in a command that may be pasted. */
export const nameIn = (interfaceName: string): string => (HARMLESS_NAME.test(interfaceName) ? interfaceName : 'INTERFACE')

/** The commands that remove addresses. */
function deletions(held: readonly HostAddress[]): string {
  const commands = held.map(
    ({ address, maskBits, interfaceName }) => `\`ip addr del ${address}/${maskBits} dev ${nameIn(interfaceName)}\``,
  )
  return listed([...new Set(commands)], commands.length)
}
