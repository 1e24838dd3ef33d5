import type { Pnn } from '../../../lib/cluster/node.ts'
import { whyNot } from '../../../lib/takeover/can-host.ts'
import type { AddressState } from '../../../lib/watch/story.ts'
import { nodeList } from '../../audit/words.ts'
import { stepText } from '../../plan-words.ts'
import type { Line } from '../line.ts'
import type { Model } from '../model.ts'
import { ageText, clockText } from '../times.ts'
import { ownerText, truthWord } from '../words.ts'
import { findingLines } from './findings.ts'
import { type Found, planFor } from './outlook.ts'
import { EMPTY, fact, paragraph, titleOf } from './text-block.ts'

/** All that is known of an address: where it is, who could have it, what is wrong, and what the planner would do. */
export function addressDetails(model: Model, address: string, columns: number): Line[] {
  const { story } = model
  const state = story.addresses.find((each) => each.address === address)
  if (!state) return paragraph(`No node knows ${address} any more.`, columns)
  const findings = story.findings.filter((finding) => finding.addresses.includes(address))
  return [
    ...standing(model, state, columns),
    ...planLines(model, address, columns),
    ...hostLines(model, state, planFor(model, address), columns),
    ...findingLines(findings, columns),
  ]
}

function standing({ nowMs }: Model, state: AddressState, columns: number): Line[] {
  const { owner, previousOwner, claims, heldBy, interfaceName, sinceMs, awaySinceMs } = state
  const { sign, word, mood } = truthWord(state)
  const held = heldBy.length > 0 ? `, seen on ${nodeList(heldBy)}` : ''
  return [
    ...fact('Owner', ownerText(owner), columns, owner === null ? 'error' : undefined),
    ...fact('Claimed by', claims.length > 1 ? `${nodeList(claims)}: more than one is a fault` : undefined, columns, 'error'),
    ...fact('Interface', interfaceName ?? undefined, columns),
    ...fact('Kernel', `${sign} ${word}${held}`, columns, mood),
    ...fact('Since', sinceMs === null ? 'before the watch began' : clockText(sinceMs, nowMs), columns),
    ...fact('Before', previousOwner === undefined ? undefined : ownerText(previousOwner), columns),
    ...fact('Away', awaySinceMs === null ? undefined : `for ${ageText(nowMs - awaySinceMs)}`, columns, 'error'),
  ]
}

function planLines(model: Model, address: string, columns: number): Line[] {
  const found = planFor(model, address)
  if (!found) return []
  const { imagined, plan } = found
  const where =
    plan.from === plan.to ? `stays on ${ownerText(plan.to)}` : `goes from ${ownerText(plan.from)} to ${ownerText(plan.to)}`
  return [
    EMPTY,
    titleOf(imagined ? 'What would happen, with what is imagined' : 'What the next takeover run would do'),
    ...paragraph(`${where}: ${plan.reason}`, columns),
    ...plan.steps.flatMap((step) => paragraph(stepText(step), columns, { first: '  - ' })),
  ]
}

/** Who could have it, as things are; while something is imagined, as they would be. */
function hostLines({ story: { snapshot } }: Model, state: AddressState, found: Found | undefined, columns: number): Line[] {
  if (!snapshot) return []
  const { address, knownBy } = state
  const reason = (pnn: Pnn): string | undefined =>
    found?.imagined ? found.plan.cannot.find((each) => each.pnn === pnn)?.why : whyNot(snapshot, pnn, address)
  const lines = knownBy.flatMap((pnn) => {
    const why = reason(pnn)
    const text = why === undefined ? `✓ node ${pnn} can host it` : `✗ node ${pnn} cannot: ${why}`
    return paragraph(text, columns, { first: '  ', ...(why !== undefined && { mood: 'warning' }) })
  })
  return [EMPTY, titleOf('Nodes that know it'), ...lines]
}
