import type { Action } from '../../../src/lib/audit/remedy.ts'

/** The parts of the JSON report of `verify` that are checked. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly unknown: readonly unknown[]
}

/** A finding in that report. */
export interface Finding {
  readonly key: string
  readonly id: string
  readonly message: string
  readonly severity: string
  readonly outlook: string
  readonly state: string
  readonly causedBy?: string | null
  readonly remedy: string
  readonly actions: readonly Action[]
  readonly subject: {
    readonly pnn?: number
    readonly address?: string
    readonly interfaceName?: string
    readonly detail?: string
  }
}

/** A finding in one line: `id node address detail`. */
export const lineOf = ({ id, subject: { pnn, address, interfaceName, detail } }: Finding): string =>
  [id, pnn ?? '-', address ?? '-', interfaceName ?? detail ?? '-'].join(' ').replace(/( -)+$/, '')

/** The findings that do not follow from others, as the table of faults names them. */
export const rootsOf = ({ findings }: Report): string[] =>
  findings
    .filter(({ state, causedBy }) => state === 'real' && !causedBy)
    .map(lineOf)
    .toSorted()
