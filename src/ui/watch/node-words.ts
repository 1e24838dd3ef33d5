import type { NodeState } from '../../lib/watch/story.ts'
import { harmless } from './text-columns.ts'

/** The interfaces of a node, those without a link marked: `eth0 eth1↓`. */
export const linksText = ({ links }: Pick<NodeState, 'links'>): string =>
  links.map(({ name, linkUp }) => `${harmless(name)}${linkUp ? '' : '↓'}`).join(' ')

/** Those without a link only. */
export const linksDownText = ({ links }: Pick<NodeState, 'links'>): string =>
  linksText({ links: links.filter(({ linkUp }) => !linkUp) })
