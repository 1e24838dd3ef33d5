import type { Pnn } from '../cluster/node.ts'
import { readNodesList } from '../cluster/nodes-list.ts'
import { quoted } from '../quoted.ts'
import { type Cause, cause } from './cause.ts'
import { configFaults } from './config-faults.ts'
import { addressFile, isOfDeadDaemon } from './facts.ts'
import { absentInterfaces } from './interfaces.ts'
import type { View } from './view.ts'

/** A file with which ctdbd ends at once when it is started. */
export interface FatalFile {
  /** `ctdb.conf`, `nodes file`, `public addresses file`. */
  readonly file: string
  /** A clause without a full stop. */
  readonly why: string
}

/** The file that keeps ctdbd from starting on a node, the one that it reads first; undefined if none is known. */
export const fatalFile = (view: View, pnn: Pnn): FatalFile | undefined =>
  fatalConfiguration(view, pnn) ?? fatalAddresses(view, pnn)

/** A ctdb.conf or a nodes file that ctdbd rejects. It then does not get as far as dropping addresses. */
export function fatalConfiguration(view: View, pnn: Pnn): FatalFile | undefined {
  const config = view.peek(pnn, 'host.configFile')
  const rejected = configFaults(config ?? '', view.peek(pnn, 'host.version')).find(({ kind }) => kind === 'rejected')
  if (rejected) return { file: 'ctdb.conf', why: `line ${rejected.line}: ${quoted(rejected.text)}` }
  const text = view.peek(pnn, 'host.nodesFile')
  if (text === null) return config === undefined ? undefined : { file: 'nodes file', why: 'there is none' }
  const nodes = readNodesList(text ?? '')
  return 'invalid' in nodes ? { file: 'nodes file', why: `line ${nodes.line}: ${quoted(nodes.invalid)}` } : undefined
}

/** A public addresses file that ctdbd rejects. It has dropped the addresses in there by then. */
export function fatalAddresses(view: View, pnn: Pnn): FatalFile | undefined {
  const reading = view.peek(pnn, 'host.publicAddressesFile') === undefined ? undefined : addressFile(view, pnn)
  if (!reading) return undefined
  const file = 'public addresses file'
  const rejected = reading.faults.find(({ judgement }) => judgement === 'rejected')
  if (rejected) return { file, why: `line ${rejected.line}: ${rejected.reason}` }
  const [absent] = absentInterfaces(view, pnn, reading)
  return absent && { file, why: `the node has no interface ${absent.name}` }
}

/** The checks whose findings say what keeps ctdbd from running on a node whose daemon is dead. */
export const KEPT_DOWN: readonly Cause[] = [
  'private-ip-missing',
  'nodes-file-drift',
  'config-invalid',
  'file-lint',
  'iface-absent',
  'cluster-lock',
  'nonlocal-bind',
].map((id) => ({
  ...cause(id, 'node'),
  when: (effect, { severity, subject }) =>
    isOfDeadDaemon(effect) && subject.pnn === effect.subject.pnn && (severity === 'error' || id === 'nonlocal-bind'),
}))
