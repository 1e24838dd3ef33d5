/** How the real tool's own output is wanted. */
export interface CtdbStyle {
  /** What separates the fields of machine readable output (-X, -Y); absent for the output for people. */
  readonly separator?: string
  readonly verbose: boolean
}

/** One line of machine readable output: the separator stands in front, between and behind the fields. */
export const machineLine = (fields: readonly (string | number)[], separator: string): string =>
  `${separator}${fields.join(separator)}${separator}\n`

/** A u32 that the real tool prints with %d: 0xFFFFFFFF is -1. */
export const signed = (value: number): number => value | 0
