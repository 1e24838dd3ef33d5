import { flagsText, type Pnn } from '../../../../lib/cluster/node.ts'
import type { HostFacts } from '../../../../lib/snapshot/host-facts.ts'
import { factsOf, type NodeFacts } from '../../../../lib/snapshot/snapshot.ts'
import type { NodeState } from '../../../../lib/watch/cluster-state.ts'
import type { Model } from '../../model/model.ts'
import type { Line } from '../line.ts'
import { linksText } from '../links.ts'
import { healthWord } from '../state-words.ts'
import { ageText, clockText } from '../times.ts'
import { findingLines } from './findings.ts'
import { EMPTY, fact, headingLine, paragraph } from './text-block.ts'

/** Details of a node: its state, what its daemon and its host report, its findings, and what could not be read. */
export function nodeDetails(model: Model, pnn: Pnn, columns: number): Line[] {
  const { cluster } = model
  const node = cluster.nodes.find((each) => each.pnn === pnn)
  if (!node) return paragraph(`Node ${pnn} no longer exists.`, columns)
  const facts = cluster.snapshot && factsOf(cluster.snapshot, pnn)
  return [
    ...stateLines(model, node, columns),
    ...(facts ? daemonLines(facts, columns) : []),
    ...(facts?.host ? machineLines(facts.host, columns) : []),
    ...findingLines(
      cluster.findings.filter(({ nodes }) => nodes.includes(pnn)),
      columns,
    ),
    ...(facts ? addressLines(facts, columns) : []),
    ...(facts ? tunableLines(facts, columns) : []),
    ...(facts ? missingLines(facts, columns) : []),
  ]
}

function stateLines({ nowMs, intervalMs }: Model, node: NodeState, columns: number): Line[] {
  const { sign, word, style } = healthWord(node)
  const { blind } = node
  const heard = node.heard ? 'yes' : `no: changes shorter than ${intervalMs / 1000} s are missed`
  return [
    ...fact('Health', `${sign} ${word} (flags ${flagsText(node.flags)})`, columns, style),
    ...fact(
      'Unreachable',
      blind && `${blind.why}, for ${ageText(nowMs - blind.sinceMs)}, retry in ${ageText(blind.retryAtMs - nowMs)}`,
      columns,
      'error',
    ),
    ...fact('Leader', node.isLeader ? 'yes ★' : 'no', columns),
    ...fact('Run state', node.runState, columns),
    ...fact('Since', node.sinceMs === null ? 'before the watch started' : clockText(node.sinceMs, nowMs), columns),
    ...fact('Private address', node.address, columns),
    ...fact('Addresses', `owns ${node.owns} of the ${node.knows} it knows`, columns),
    ...fact('Links', linksText(node) || undefined, columns),
    ...fact('Daemon', node.answers ? 'answers' : 'does not answer', columns, node.answers ? undefined : 'error'),
    ...fact('Kernel', node.kernelSeen ? 'read' : 'not read', columns),
    ...fact('Live events', heard, columns),
  ]
}

function daemonLines(facts: NodeFacts, columns: number): Line[] {
  const { recoveryMode, vnnMap, capabilities, banSeconds, clusterLock, times, interfaces } = facts
  const can = capabilities && Object.entries(capabilities).map(([name, has]) => `${has ? '' : 'no '}${name}`)
  return [
    EMPTY,
    headingLine('Daemon'),
    ...fact('Recovery', recoveryMode === undefined ? undefined : recoveryMode === 0 ? 'none' : 'in progress', columns),
    ...fact('Generation', vnnMap && `${vnnMap.generation}, databases on nodes ${vnnMap.map.join(', ')}`, columns),
    ...fact('Capabilities', can?.join(', '), columns),
    ...fact('Banned for', banSeconds ? `${banSeconds} s` : undefined, columns, 'error'),
    ...fact('Cluster lock', clusterLock === '' ? 'none' : clusterLock, columns),
    ...fact('Up for', times && ageText((times.now - times.daemonStart) * 1000), columns),
    ...(interfaces ?? []).flatMap(({ name, linkUp, references }) =>
      fact(
        'Interface',
        `${name}: link ${linkUp ? 'up' : 'DOWN'}, ${references} addresses`,
        columns,
        linkUp ? undefined : 'warning',
      ),
    ),
  ]
}

function machineLines(host: HostFacts, columns: number): Line[] {
  return [
    EMPTY,
    headingLine('Host'),
    ...fact('Reached', host.reachedBy, columns),
    ...fact('Name', host.hostname, columns),
    ...fact('CTDB', host.version, columns),
    ...fact('Scripts', host.enabledScripts?.join(', '), columns),
    ...(host.links ?? []).flatMap(({ name, up, carrier }) =>
      fact('Link', `${name}: ${up ? 'up' : 'DOWN'}, ${carrier ? 'carrier' : 'no carrier'}`, columns),
    ),
    ...(host.addresses ?? []).flatMap(({ address, maskBits, interfaceName }) =>
      fact('Holds', `${address}/${maskBits} on ${interfaceName}`, columns),
    ),
    ...(host.events ?? []).flatMap(({ event, scripts }) =>
      scripts
        .filter(({ result }) => result !== 0)
        .flatMap(({ name, result, output }) =>
          fact('Script failed', `${event} ${name}: ${result} ${output}`, columns, 'warning'),
        ),
    ),
  ]
}

function addressLines({ known }: NodeFacts, columns: number): Line[] {
  if (!known || known.length === 0) return []
  const lines = known.flatMap(({ address, owner, interfaces, activeInterface }) => {
    const where = activeInterface ?? interfaces?.join(', ') ?? 'interfaces not known'
    return paragraph(`${address}: owner ${owner ?? 'nobody'}, ${where}`, columns, { first: '  ' })
  })
  return [EMPTY, headingLine('Addresses, according to this node'), ...lines]
}

function tunableLines({ tunables }: NodeFacts, columns: number): Line[] {
  if (!tunables) return []
  const text = Object.entries(tunables)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  return [EMPTY, headingLine('Tunables'), ...paragraph(text, columns, { first: '  ' })]
}

function missingLines({ missing }: NodeFacts, columns: number): Line[] {
  if (missing.length === 0) return []
  const lines = missing.flatMap(({ fact: name, message, hint }) => [
    ...paragraph(`${name}: ${message}`, columns, { first: '  ' }),
    ...(hint === undefined ? [] : paragraph(hint, columns, { first: '    ' })),
  ])
  return [EMPTY, headingLine('Could not be read'), ...lines]
}
