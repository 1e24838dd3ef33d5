import type { Pnn } from '../cluster/node.ts'
import { listed, nodesText } from '../cluster/node-text.ts'
import { groupOf } from '../group-of.ts'
import type { HostAddress, NetworkQuestion } from '../snapshot/host-facts.ts'
import { heldText, kernelHas, knownBy } from './facts.ts'
import { type Action, mend, nameIn } from './remedy.ts'
import type { View } from './view.ts'

/** What a machine was answered when it asked its network for an address. */
export interface Answered {
  /** A node; null for the machine that ctdbts runs on. */
  readonly asker: Pnn | null
  readonly interfaceName: string
  /** Link addresses; empty where nobody answered. */
  readonly macs: readonly string[]
}

/** A public address, and what the networks say of it. */
export interface ProbedAddress {
  readonly address: string
  /** The node that says that it owns it, if that is one. */
  readonly owner: Pnn | undefined
  /** Where the owner's kernel has it, and can use it. Empty if there is no owner, or its kernel was not seen. */
  readonly held: readonly HostAddress[]
  /** Of the machines that could ask. */
  readonly answers: readonly Answered[]
}

/** All public addresses. Notes that the answers about an address are missing, if no node could ask, unless they only add detail. */
export function probedAddresses(view: View, areAnswersNeeded = true): ProbedAddress[] {
  const answers = answersOf(view)
  return [...knownBy(view)].map(([address, knowers]) => {
    const owners = knowers.filter(({ pnn, known }) => known.owner === pnn).map(({ pnn }) => pnn)
    const owner = owners.length === 1 ? owners[0] : undefined
    const all = owner === undefined ? [] : (view.need(owner, 'host.addresses') ?? [])
    const held = all.filter((each) => each.address === address && !each.tentative && !each.dadFailed)
    const own = answers.get(address) ?? []
    if (areAnswersNeeded && own.length === 0) noteUnasked(view, address, owner ?? knowers[0]?.pnn)
    return { address, owner, held, answers: own }
  })
}

function answersOf(view: View): Map<string, Answered[]> {
  const found = new Map<string, Answered[]>()
  const add = (asker: Pnn | null, questions: readonly NetworkQuestion[] = []) => {
    for (const { address, interfaceName, macs } of questions) {
      if (macs) groupOf(found, address).push({ asker, interfaceName, macs })
    }
  }
  for (const { pnn } of view.nodes) add(pnn, view.want(pnn, 'host.questions'))
  add(null, view.snapshot.outside?.questions)
  return found
}

function noteUnasked(view: View, address: string, pnn: Pnn | undefined): void {
  for (const node of view.nodes) {
    const failed = view.peek(node.pnn, 'host.questions')?.find((each) => each.address === address && each.problem !== undefined)
    if (!failed) continue
    view.miss(node.pnn, 'host.questions', `it cannot ask for ${address} on ${failed.interfaceName}: ${failed.problem}`)
    return
  }
  const why = `no other node that was examined could ask for ${address}: none has a working interface on its network, with a link-local address if that is IPv6`
  if (pnn !== undefined) view.miss(pnn, 'host.questions', why)
}

/** The link addresses of all nodes. */
export interface LinkAddresses {
  /** The nodes that have a link address on any interface. */
  nodesWith(mac: string): readonly Pnn[]
  /** The nodes whose link addresses are not known. */
  readonly unseen: readonly Pnn[]
}

/** As a probe reads them. Notes the nodes whose link addresses are missing. */
export const linkAddressesOf = (view: View): LinkAddresses =>
  linkAddressesBy(view, (pnn) => view.need(pnn, 'host.linkAddresses')?.map(({ mac }) => mac))

/** @param macsOf the link addresses of a node; undefined if they are not known. */
export function linkAddressesBy(view: View, macsOf: (pnn: Pnn) => readonly string[] | undefined): LinkAddresses {
  const nodes = new Map<string, Pnn[]>()
  const unseen: Pnn[] = []
  for (const { pnn } of view.nodes) {
    const own = macsOf(pnn)
    if (!own) unseen.push(pnn)
    for (const mac of new Set(own)) groupOf(nodes, mac).push(pnn)
  }
  return { nodesWith: (mac) => nodes.get(mac) ?? [], unseen }
}

/** The nodes that asked. */
export const askingNodes = (answers: readonly Answered[]): Pnn[] => answers.flatMap(({ asker }) => asker ?? [])

/** Who asked: `node 1`, `nodes 0 and 2, and this machine`. */
export function askersText(answers: readonly Answered[]): string {
  const nodes = askingNodes(answers)
  if (nodes.length === answers.length) return nodesText(nodes)
  return nodes.length === 0 ? THIS_MACHINE : `${nodesText(nodes)}, and ${THIS_MACHINE}`
}

/** The machine that ctdbts runs on, in findings. */
export const THIS_MACHINE = 'this machine'

/** Evidence: what a network answered to a machine. */
export const networkAnswers = ({ asker, interfaceName, macs }: Answered): string =>
  `network at ${interfaceName} of ${asker === null ? THIS_MACHINE : `node ${asker}`}: ${macs.length === 0 ? 'nobody answers' : `answered by ${listed(macs)}`}`

/** Evidence: where the owner has the address. */
export const ownerHas = (owner: Pnn, held: readonly HostAddress[]): string[] =>
  held.map((each) => kernelHas(owner, heldText(each)))

/** What the link addresses are that a finding is about: `an interface of node 2`. */
export function whoseText(mac: string, { nodesWith, unseen }: LinkAddresses): string {
  const nodes = nodesWith(mac)
  if (nodes.length > 0) return `an interface of ${nodesText(nodes)}`
  return unseen.length === 0
    ? 'no interface of any node'
    : `no interface of any node but perhaps ${nodesText(unseen)}, which could not be examined`
}

/** Announces an address from its owner. Empty unless the owner's kernel has it: an announcement by others would harm. */
export const announce = (
  { address, owner, held }: Pick<ProbedAddress, 'address' | 'owner' | 'held'>,
  condition?: string,
): Action[] =>
  owner === undefined
    ? []
    : held.slice(0, 1).map(({ interfaceName }) => ({
        kind: 'command',
        command: `ctdbts gratarp ${address} ${nameIn(interfaceName)}`,
        on: owner,
        purpose: 'so that its neighbours learn who has it (its kernel has it)',
        ...(condition !== undefined && { if: condition }),
      }))

/** What announces an address: its owner, if it can. */
export function announcements(view: View, probed: Pick<ProbedAddress, 'address' | 'owner' | 'held'>): Action[] {
  const { owner, address } = probed
  if (owner === undefined || !view.peek(owner, 'host.lacking')?.includes('CAP_NET_RAW')) return announce(probed)
  const how = `ctdbd on node ${owner} cannot announce the address: start it again with CAP_NET_RAW.`
  const other = address.includes(':') ? '' : ' Or announce it by a program there that has it, as `arping -U`.'
  return [mend({ what: 'capability', pnn: owner }, how + other)]
}
