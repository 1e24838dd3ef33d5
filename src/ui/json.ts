import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'

/** Characters that a terminal acts on but JSON.stringify does not escape: DEL, the C1 controls, the bidirectional overrides. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** A JSON document as we print it: indented by two, safe to show on a terminal whatever a node put into a name. */
export const jsonText = (document: unknown): string => escaped(JSON.stringify(document, null, 2))

/** The same in one line, for output with one document per line. */
export const jsonLine = (document: unknown): string => escaped(JSON.stringify(document))

const escaped = (json: string): string =>
  json.replace(UNESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The leader in our own JSON; null when it is unknown. */
export const leaderOrNull = (pnn: Pnn): Pnn | null => (pnn === UNKNOWN_PNN ? null : pnn)
