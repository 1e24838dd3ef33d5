import { type Pnn, UNKNOWN_PNN } from '../lib/cluster/node.ts'

/** JSON.stringify leaves DEL, the C1 controls and the bidirectional overrides as they are; a terminal obeys them. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** A JSON document as we print it: indented by two, safe to show on a terminal whatever a node put into a name. */
export const jsonText = (document: unknown): string => escaped(JSON.stringify(document, null, 2))

/** The same in one line, for output of which each line is a document. */
export const jsonLine = (document: unknown): string => escaped(JSON.stringify(document))

const escaped = (json: string): string =>
  json.replace(UNESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Who leads, in our own JSON: null when nobody is known to. */
export const leaderOrNull = (pnn: Pnn): Pnn | null => (pnn === UNKNOWN_PNN ? null : pnn)
