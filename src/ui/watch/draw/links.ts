import type { NodeState } from '../../../lib/watch/cluster-state.ts'
import { harmless } from './text-columns.ts'

/** The interfaces of a node, with a mark on those without a link: `eth0 eth1↓`. */
export const linksText = ({ links }: Pick<NodeState, 'links'>): string =>
  links.map(({ name, linkUp }) => `${harmless(name)}${linkUp ? '' : '↓'}`).join(' ')

/** Only the interfaces without a link. */
export const linksDownText = ({ links }: Pick<NodeState, 'links'>): string =>
  linksText({ links: links.filter(({ linkUp }) => !linkUp) })
