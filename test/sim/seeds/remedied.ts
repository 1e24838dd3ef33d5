import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { findingKey } from '../../../src/lib/audit/finding.ts'
import type { Action, Mended } from '../../../src/lib/audit/remedy.ts'
import type { AuditedFinding, AuditReport } from '../../../src/lib/audit/report.ts'
import { readPublicAddresses } from '../../../src/lib/cluster/address-files.ts'
import { INACTIVE_FLAGS, type Pnn } from '../../../src/lib/cluster/node.ts'
import { groupOf } from '../../../src/lib/group-of.ts'
import { EVENTS } from '../../../src/sim/daemon/event-scripts.ts'
import { already, begin } from '../../../src/sim/process/wait.ts'
import { carryOutLine } from '../../../src/sim/world/commands.ts'
import type { SmallWorld } from '../../support/sim-world.ts'
import { type Audit, type Trouble, takeSamples } from './claimed.ts'
import { isTroubled } from './promised.ts'
import type { Before } from './rare-faults.ts'

/** How long an administrator waits for the effect of what was done, in seconds; longer than a recovery with a ban and a takeover run. */
const EFFECT_S = 150
const ROUNDS = 6
/** Delay between the samples of an audit. */
const GAP_S = 2.5
/** How often an audit may find what passes, after all is mended. */
const LOOKS = 20

/** What carrying out the remedies of an audit, and of the audits after it, has led to. */
export interface Remedied {
  /** What should not have happened. */
  readonly faults: readonly string[]
  /** Findings of warning or worse that are left. */
  readonly left: readonly AuditedFinding[]
  readonly done: readonly string[]
  /** How many remedies were carried out in full, by the id of the check. */
  readonly carriedOut: ReadonlyMap<string, number>
}

/** Where each address is served: in the kernels of nodes that own it and take part in the cluster. */
function servedIn(small: SmallWorld): Map<string, Pnn[]> {
  const places = new Map<string, Pnn[]>()
  for (const { pnn, daemon, answers } of small.world.nodes) {
    if (!daemon || !answers || (daemon.ownFlags & INACTIVE_FLAGS) !== 0) continue
    const held = new Set(small.hosts[pnn]?.held.map(({ address }) => address))
    for (const address of held) if (small.believedOwner(pnn, address) === pnn) groupOf(places, address).push(pnn)
  }
  return places
}

/**
 * How many addresses are served by nodes that may host them. Those of a node that is disabled or unhealthy leave it with any takeover run; and
 * without a network or a lock that works, there is a recovery or another leader at any time.
 */
function surelyServedIn(small: SmallWorld): number {
  if (isTroubled(small) || small.world.lock.state !== 'shared') return 0
  const mayHost = (pnn: Pnn) => small.flagsOf(pnn) === 0
  return [...servedIn(small).values()].filter((pnns) => pnns.some(mayHost)).length
}

/**
 * Carries out the remedies as an administrator would: causes first, each step in its order, then waits and looks again.
 * @param untouched the same trouble once more, in which nothing is done.
 */
export function remedy(trouble: Trouble, untouched: () => Trouble | undefined, audit: Audit = auditSamples): Remedied {
  const { small, report: first } = trouble
  const startMs = small.world.clock.nowMs
  const twin = () => {
    const other = untouched()
    if (!other) return 0
    other.small.pass((small.world.clock.nowMs - startMs) / 1000)
    return servedIn(other.small).size
  }
  const faults: string[] = []
  const done: string[] = []
  const carriedOut = new Map<string, number>()
  let report: AuditReport | undefined = first
  const before = servedIn(small).size
  for (let round = 0; round < ROUNDS && report; round++) {
    const real = report.findings.filter(({ state }) => state === 'real')
    const keys = new Set(real.map(findingKey))
    // What has a cause that may pass is to be mended itself.
    const todo = real.filter(({ causedBy }) => causedBy === undefined || !keys.has(causedBy))
    const complete = todo.filter((finding) => isCarriedOut(trouble, finding, { faults, done, audit, twin }))
    for (const { id } of complete) carriedOut.set(id, (carriedOut.get(id) ?? 0) + 1)
    small.pass(EFFECT_S)
    report = look(small, audit)
    if (!report || serious(report).length === 0) break
  }
  const fewer = fewerThan(before, small, twin)
  if (fewer !== undefined) faults.push(fewer)
  if (report && !isSettled(report, small, audit))
    faults.push('no audit after the remedies is clean: something is always transient')
  return { faults, left: report ? serious(report) : [], done, carriedOut }
}

/** Whether the audit of a cluster without lasting findings comes to an end some time. */
function isSettled(first: AuditReport, small: SmallWorld, audit: Audit): boolean {
  let report: AuditReport | undefined = first
  for (let looks = 0; report && isPassing(report); looks++) {
    if (looks === LOOKS) return false
    small.pass(GAP_S)
    report = look(small, audit)
  }
  return true
}

const isPassing = ({ findings }: AuditReport): boolean =>
  findings.some(({ state, severity, isGone }) => state === 'transient' && severity !== 'info' && !isGone)

/**
 * A lossy network may bring about another election or takeover run at any time, so it waits some more if necessary. Some faults take
 * addresses away whatever is done: a node that was just disabled, or what no audit can see, as a slow network or a lock that the leader has not
 * missed yet. Then no more must go than if nothing is done.
 */
function fewerThan(size: number, small: SmallWorld, twin: () => number): string | undefined {
  for (let waits = 0; waits < 10 && servedIn(small).size < size; waits++) small.pass(10)
  const after = servedIn(small).size
  if (after >= size || after >= twin()) return undefined
  return `${after} addresses are served after the remedies, ${size} before`
}

const look = (small: SmallWorld, audit: Audit): AuditReport | undefined => takeSamples(small, audit, 2)?.report

const serious = ({ findings }: AuditReport): AuditedFinding[] =>
  findings.filter(({ state, severity }) => state === 'real' && severity !== 'info')

interface Protocol {
  readonly faults: string[]
  readonly done: string[]
  readonly audit: Audit
  /** How many addresses would be served now if nothing had been done. */
  twin(): number
}

/** Carries out a remedy. @returns whether all of it could be carried out. */
function isCarriedOut(trouble: Trouble, finding: AuditedFinding, protocol: Protocol): boolean {
  const complete = finding.actions.map((action) => carryOut(trouble, finding, action, protocol))
  return complete.every((isDone) => isDone)
}

/** Whether a step was carried out, or was not needed. */
function carryOut(trouble: Trouble, finding: AuditedFinding, action: Action, { faults, done, audit, twin }: Protocol): boolean {
  const { small } = trouble
  if (isForLater(action) && !persists(small, finding, audit)) return true
  // A person would know; here every address is needed.
  if (finding.id !== 'file-not-loaded' && action.if?.includes('not needed')) return false
  if (finding.id === 'file-not-loaded' && !isOurChoice(trouble, finding, action)) return true
  const lines = commandsFor(trouble, finding, action)
  if (!lines) return action.kind === 'look'
  const before = servedIn(small)
  const sure = surelyServedIn(small)
  done.push(`${finding.id}: ${action.kind} ${lines.map((line) => (typeof line === 'string' ? line : 'by hand')).join(', ')}`)
  for (const line of lines) {
    if (typeof line === 'string') carryOutLine(small.world, line)
    else line()
  }
  const taken = takenAtOnce(finding, action, { before, now: servedIn(small) })
  faults.push(...taken.map((what) => `${finding.id}: ${action.kind} took ${what}: ${finding.remedy}`))
  small.pass(action.kind === 'start' || action.kind === 'mend' ? 30 : 10)
  const fewer = fewerThan(sure, small, twin)
  if (fewer !== undefined) faults.push(`${finding.id}: after ${action.kind}: ${fewer}`)
  return true
}

/**
 * The addresses that a step has taken from the nodes that served them. A takeover run moves addresses, which takes a moment; everything else must
 * leave each where it is. Of two nodes that both claim an address, one may lose it.
 */
function takenAtOnce(
  { id }: AuditedFinding,
  { kind }: Action,
  { before, now }: Readonly<Record<'before' | 'now', ReadonlyMap<string, readonly Pnn[]>>>,
): string[] {
  if (kind === 'command' || kind === 'wait' || MOVING.has(id)) return []
  return [...before]
    .filter(([address, pnns]) => pnns.every((pnn) => !now.get(address)?.includes(pnn)))
    .map(([address, pnns]) => `${address} from node ${pnns}`)
}

/** Remedies that say themselves that the address moves away and back. */
const MOVING: ReadonlySet<string> = new Set(['ip-wrong-mask'])

/**
 * Whether the file or the daemon is right is for a person to say. Here it is the file of every second seed, unless addresses would be lost with it;
 * and where the daemon does not know an address.
 */
function isOurChoice({ seed }: Trouble, { actions, message }: AuditedFinding, action: Action): boolean {
  const wouldLose = actions.some((each) => each.if?.includes('not needed'))
  const fileIsRight = message.includes('the daemon does not know') || (seed % 2 === 0 && !wouldLose)
  return fileIsRight === (action.kind === 'command')
}

const isForLater = (action: Action): boolean => action.if === 'it persists' || action.if === 'it comes back'

function persists(small: SmallWorld, finding: AuditedFinding, audit: Audit): boolean {
  small.pass(35)
  const now = look(small, audit)
  return !now || now.findings.some((each) => each.state === 'real' && findingKey(each) === findingKey(finding))
}

type Deed = string | (() => void)

/** What an administrator does in this world for a step; undefined where it has nothing like that. */
function commandsFor(trouble: Trouble, finding: AuditedFinding, action: Action): Deed[] | undefined {
  const { small } = trouble
  switch (action.kind) {
    case 'command':
      return commandLines(action)
    case 'remove':
      return action.held.map(({ address, interfaceName }) => () => {
        begin(small.hosts[action.pnn]?.deleteByHand(address, interfaceName) ?? already(undefined))
      })
    case 'add':
      return [
        () =>
          begin(small.hosts[action.pnn]?.addByHand(action.interfaceName, action.address, action.maskBits) ?? already(undefined)),
      ]
    case 'keep-secondaries':
      return [() => Object.assign(small.hosts[action.pnn] ?? {}, { promotesSecondaries: true })]
    case 'start':
      return starting(small, action.pnn)
    case 'unban':
      return small.node(action.pnn).daemon ? [`unban ${action.pnn}`] : undefined
    case 'wait':
      return [() => small.pass(EFFECT_S)]
    case 'look':
      return undefined
    case 'mend':
      return mendings(trouble, finding, action.mended)
  }
}

function commandLines({ command, on }: Extract<Action, { readonly kind: 'command' }>): string[] | undefined {
  if (command.startsWith('ctdbts ')) return ['run']
  if (command.startsWith('ctdb setvar')) return [`set ${command.split(' ').slice(2).join(' ')}`]
  if (command === 'ctdb reloadips' && typeof on === 'number') return [`reload ${on}`, 'run']
  if (/^ctdb (continue|enable)$/.test(command)) return [`${command.slice('ctdb '.length)} ${on}`, 'run']
  return command.startsWith('ctdb gratarp') ? [] : undefined
}

function starting(small: SmallWorld, pnn: Pnn): string[] {
  const { daemon, answers, powered } = small.node(pnn)
  if (!powered) return [`boot ${pnn}`]
  if (!daemon) return [`start ${pnn}`]
  return answers ? [] : [`resume ${pnn}`]
}

function mendings({ small, before }: Trouble, finding: AuditedFinding, { what, pnn }: Mended): Deed[] | undefined {
  const { nodes } = small.world
  const byId = MENDING[finding.id]
  if (byId) return byId(small, finding, before)
  const chosen = nodes.map((node) => node.pnn).filter((each) => pnn === undefined || each === pnn)
  switch (what) {
    case 'script':
      return chosen.flatMap((each) => [...EVENTS.map((event) => `script ${each} ${event} ok`), ...linksUp(each)])
    case 'link':
      return chosen.flatMap(linksUp)
    case 'clock':
      return chosen.map((each) => () => slew(small, each))
    case 'cluster lock':
      return small.world.lock.state === 'shared' ? [] : ['lock shared']
    case 'network':
      return [...HEAL, ...nodes.flatMap((node) => (node.daemon && !node.answers ? [`resume ${node.pnn}`] : []))]
    case 'machine':
      return [...HEAL, ...chosen.flatMap((each) => starting(small, each))]
    case 'other program':
      return nodes.flatMap((node) => givingUp(small, node.pnn, finding))
    case 'file':
      return chosen.flatMap((each) => before[each]?.putFilesBack ?? [])
    case 'configuration':
    case 'version':
      return chosen.flatMap((each) => before[each]?.putConfigurationBack ?? [])
    default:
      return undefined
  }
}

/** Makes a node give up the address of a finding that it has and does not own. */
function givingUp(small: SmallWorld, pnn: Pnn, { subject: { pnn: own, address = '' } }: AuditedFinding): Deed[] {
  const host = small.hosts[pnn]
  const isToGo = pnn !== own && small.holdersOf(address).includes(pnn) && small.believedOwner(pnn, address) !== pnn
  return host && isToGo ? [() => begin(host.deleteByHand(address))] : []
}

/** What the sentences of some remedies say in detail. */
const MENDING: { readonly [id: string]: (small: SmallWorld, finding: AuditedFinding, before: readonly Before[]) => Deed[] } = {
  'ip-single-node': (small, { subject: { pnn, address = '' } }) => {
    const from = small.world.nodes.find((node) => node.pnn === pnn)
    const line = from?.files.publicAddresses.split('\n').find((each) => each.startsWith(`${address}/`))
    // A reload must not change anything else: the remedy warns of that.
    const to = small.world.nodes.find((node) => node.pnn !== pnn && node.answers && isLoaded(node))
    if (line === undefined || !to) return []
    const add = () => {
      to.files.publicAddresses += `${line}\n`
    }
    return [add, `reload ${to.pnn}`, 'run']
  },
  'file-not-loaded': (small, { subject: { pnn = 0 } }) => [() => writeFile(small.node(pnn))],
  'promote-secondaries': (small, { subject: { pnn = 0 } }) => [
    () => Object.assign(small.hosts[pnn] ?? {}, { promotesSecondaries: true }),
  ],
  'tunables-differ': (_small, { subject: { detail = '' } }) => [`set ${detail} 2`],
  'tunable-ineffective': (_small, { subject: { detail = '' } }) => (detail === 'NoIPFailback' ? ['set NoIPFailback 0'] : []),
  // Whoever has changed the mask in the file puts it back.
  'ip-wrong-mask': (small, { subject: { pnn = 0 } }, before) =>
    small.node(pnn).daemon
      ? [
          before[pnn]?.putFilesBack ?? (() => {}),

          `disable ${pnn}`,
          'run',
          () => small.pass(20),
          () => small.do(`enable ${pnn}`),
          () => small.do('run'),
          () => small.pass(20),
        ]
      : [],
}

/** Whether the file of a node says what its daemon knows. */
function isLoaded({ files, daemon }: SmallWorld['world']['nodes'][number]): boolean {
  const listed = readPublicAddresses(files.publicAddresses).addresses.map(({ address }) => address)
  const known = daemon?.publicIps.known().map(({ address }) => address.address) ?? []
  return listed.toSorted().join() === known.toSorted().join()
}

/** Makes the public addresses file of a node say what its daemon knows. */
function writeFile({ files, daemon }: SmallWorld['world']['nodes'][number]): void {
  if (!daemon) return
  const lines = files.publicAddresses.split('\n')
  files.publicAddresses = daemon.publicIps
    .known()
    .map(({ address }) => {
      const line = lines.find((each) => each.startsWith(`${address.address}/`))
      const { interfaces } = daemon.publicIps.info(address)
      const names = interfaces.map(({ name }) => name).join()
      return `${line ?? `${address.address}/${address.family === 'ipv4' ? 24 : 64} ${names}`}\n`
    })
    .join('')
}

/** Sets a clock right as chronyd does it while ctdbd runs: half a second in each second. */
function slew({ world }: SmallWorld, pnn: Pnn): void {
  const { clock } = world
  const node = world.nodes[pnn]
  const aheadMs = (node?.clock.nowMs ?? clock.nowMs) - clock.nowMs
  const steps = Math.ceil(Math.abs(aheadMs) / 500)
  for (let step = 1; step <= steps; step++) clock.after(1_000 * step, () => node?.clock.set(aheadMs * (1 - step / steps)))
}

const HEAL = ['heal', 'loss 0', 'delay 1']

const linksUp = (pnn: Pnn): string[] => ['bond0', 'bond1'].map((name) => `link ${pnn} ${name} up`)
