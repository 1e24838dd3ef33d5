import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'
import { harmlessJson } from '../lib/harmless-json.ts'

/** A JSON document as we print it: indented by two, safe to show on a terminal whatever a node put into a name. */
export const jsonText = (document: unknown): string => harmlessJson(JSON.stringify(document, null, 2))

/** The same in one line, for output with one document per line. */
export const jsonLine = (document: unknown): string => harmlessJson(JSON.stringify(document))

/** The leader in our own JSON; null when it is unknown. */
export const leaderOrNull = (pnn: Pnn): Pnn | null => (pnn === UNKNOWN_PNN ? null : pnn)
