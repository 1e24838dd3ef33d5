/** Characters that a terminal acts on but JSON.stringify does not escape: DEL, the C1 controls, the bidirectional overrides. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** The same JSON, safe to show on a terminal whatever a node put into a name. */
export const harmlessJson = (json: string): string =>
  json.replace(UNESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
