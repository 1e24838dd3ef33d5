import type { Pnn } from '../../../lib/cluster/node.ts'
import { memoizeLast } from './memoize.ts'
import type { Model } from './model.ts'

/** What the log is limited to. Undefined parts do not limit it. */
export interface LogSubject {
  readonly address?: string | undefined
  readonly pnns?: readonly Pnn[] | undefined
}

/**
 * What the log is limited to: what the user has moved the cursor to, in the pane that has the focus, or from which the log was entered. As long as
 * the cursor was not moved, to nothing.
 */
export function logSubject({ pane, logOf, cursors, timeline }: Model): LogSubject {
  const of = pane === 'log' ? logOf : pane
  if (of === 'nodes') return ofNode(cursors.nodes)
  if (of === 'addresses') {
    const { addresses: key = '' } = cursors
    return { ...ofNode(cursors.nodes), ...(key.startsWith('a:') ? { address: key.slice(2) } : ofGroup(key)) }
  }
  const entry = of === 'timeline' && timeline.find(({ id }) => `t:${id}` === cursors.timeline)
  if (!entry) return {}
  const [address, ...others] = entry.addresses
  return address !== undefined && others.length === 0 ? { address } : { pnns: entry.pnns.length > 0 ? entry.pnns : undefined }
}

const ofNode = (key = ''): LogSubject => (/^n:\d+$/.test(key) ? { pnns: [Number(key.slice(2))] } : {})
const ofGroup = (key: string): LogSubject => (/^g:\d+$/.test(key) ? { pnns: [Number(key.slice(2))] } : {})

/** The lines that are about an address, or from nodes, given as `1,2`. */
export const limitedLog = memoizeLast(
  (log: Model['log'], address: string | undefined, pnns: string | undefined): Model['log'] => {
    if (log.length === 0 || (address === undefined && pnns === undefined)) return log
    const of = pnns === undefined ? undefined : new Set(pnns.split(',').map(Number))
    const isOf = address === undefined ? undefined : mentions(address)
    return log.filter(({ pnn, text }) => (of?.has(pnn) ?? true) && (isOf?.test(text) ?? true))
  },
)

/** An address as a whole: not 10.0.0.31 for 10.0.0.3. */
const mentions = (address: string): RegExp => new RegExp(`(?<![\\w.:])${address.replace(/\W/g, '\\$&')}(?![\\w:]|\\.\\d)`, 'i')
