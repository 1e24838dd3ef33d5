/** The options that change the output of `ctdb`. */
export interface CtdbStyle {
  /** The separator of the fields of machine-readable output (-X, -Y); absent for output for people. */
  readonly separator?: string
  readonly verbose: boolean
}

/** One line of machine-readable output: the separator comes before, between and after the fields. */
export const machineLine = (fields: readonly (string | number)[], separator: string): string =>
  `${separator}${fields.join(separator)}${separator}\n`

/** A u32 that `ctdb` prints with %d: 0xFFFFFFFF is -1. */
export const signed = (value: number): number => value | 0
