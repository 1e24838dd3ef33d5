import { visible } from '../visible.ts'

/** A tunable as `getvar` and `listvars` print it, in every form of output. */
export const ctdbTunableLine = ({ name, value }: { readonly name: string; readonly value: number }): string =>
  `${visible(name).padEnd(26)} = ${value}\n`
