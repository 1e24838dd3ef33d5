import type { Pnn } from '../../../../lib/cluster/node.ts'
import { allNodesText } from '../../../../lib/cluster/node-text.ts'
import { whyNot } from '../../../../lib/takeover/can-host.ts'
import type { AddressState } from '../../../../lib/watch/cluster-state.ts'
import { stepText } from '../../../plan-words.ts'
import type { Model } from '../../model/model.ts'
import type { Line } from '../line.ts'
import { kernelWord, ownerText } from '../state-words.ts'
import { ageText, clockText } from '../times.ts'
import { type ShownPlan, shownPlanFor } from './address-plan.ts'
import { findingLines } from './findings.ts'
import { EMPTY, fact, headingLine, paragraph } from './text-block.ts'

/** Details of an address: where it is, which nodes can host it, its plan and its findings. */
export function addressDetails(model: Model, address: string, columns: number): Line[] {
  const { cluster } = model
  const state = cluster.addresses.find((each) => each.address === address)
  if (!state) return paragraph(`No node knows ${address} any longer.`, columns)
  const findings = cluster.findings.filter((finding) => finding.addresses.includes(address))
  return [
    ...stateLines(model, state, columns),
    ...planLines(model, address, columns),
    ...hostLines(model, state, shownPlanFor(model, address), columns),
    ...findingLines(findings, columns),
  ]
}

function stateLines({ nowMs }: Model, state: AddressState, columns: number): Line[] {
  const { owner, previousOwner, claims, heldBy, interfaceName, sinceMs, awaySinceMs } = state
  const { sign, word, style } = kernelWord(state)
  const holders = heldBy.length > 0 ? `, seen on ${allNodesText(heldBy)}` : ''
  return [
    ...fact('Owner', ownerText(owner), columns, owner === null ? 'error' : undefined),
    ...fact(
      'Claimed by',
      claims.length > 1 ? `${allNodesText(claims)}: an address must have one owner` : undefined,
      columns,
      'error',
    ),
    ...fact('Interface', interfaceName ?? undefined, columns),
    ...fact('Kernel', `${sign} ${word}${holders}`, columns, style),
    ...fact('Since', sinceMs === null ? 'before the watch started' : clockText(sinceMs, nowMs), columns),
    ...fact('Previous owner', previousOwner === undefined ? undefined : ownerText(previousOwner), columns),
    ...fact('Away', awaySinceMs === null ? undefined : `for ${ageText(nowMs - awaySinceMs)}`, columns, 'error'),
  ]
}

function planLines(model: Model, address: string, columns: number): Line[] {
  const found = shownPlanFor(model, address)
  if (!found) return []
  const { isWhatIf, plan } = found
  const where =
    plan.from === plan.to ? `stays on ${ownerText(plan.to)}` : `moves from ${ownerText(plan.from)} to ${ownerText(plan.to)}`
  return [
    EMPTY,
    headingLine(isWhatIf ? 'Plan with the what-if' : 'Plan of the next takeover run'),
    ...paragraph(`${where}: ${plan.reason}`, columns),
    ...plan.steps.flatMap((step) => paragraph(stepText(step), columns, { first: '  - ' })),
  ]
}

/** Which nodes can host it; with what-ifs, which could then. */
function hostLines({ cluster: { snapshot } }: Model, state: AddressState, found: ShownPlan | undefined, columns: number): Line[] {
  if (!snapshot) return []
  const { address, knownBy } = state
  const reason = (pnn: Pnn): string | undefined =>
    found?.isWhatIf ? found.plan.cannot.find((each) => each.pnn === pnn)?.why : whyNot(snapshot, pnn, address)
  const lines = knownBy.flatMap((pnn) => {
    const why = reason(pnn)
    const text = why === undefined ? `✓ node ${pnn} can host it` : `✗ node ${pnn} cannot host it: ${why}`
    return paragraph(text, columns, { first: '  ', ...(why !== undefined && { style: 'warning' }) })
  })
  return [EMPTY, headingLine('Nodes that know this address'), ...lines]
}
