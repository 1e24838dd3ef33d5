/** How a report can be shown. */
export const FORMATS = ['text', 'nagios', 'checkmk', 'prometheus', 'junit'] as const
/** `json` is what --json asks for. */
export type Format = (typeof FORMATS)[number] | 'json'
