import type { Finding } from './finding.ts'

/** What two findings must share for one to explain the other. */
type Shared = 'node' | 'address'

/** A check whose findings can explain those of another check: once the cause is fixed, the effect disappears by itself. */
export interface Cause {
  /** Id of the check. */
  readonly id: string
  /** Empty if any finding of that check is an explanation. */
  readonly shared: readonly Shared[]
  /** A further condition. */
  readonly when?: (effect: Finding, cause: Finding) => boolean
}

/** A check that explains a finding if both share a node or an address, as named. */
export const cause = (id: string, ...shared: Shared[]): Cause => ({ id, shared })

/** A script that failed on the same node in one of these events. */
export const failingScript = (...events: string[]): Cause => ({
  ...cause('script-failing', 'node'),
  when: (_effect, { subject }) => events.some((event) => subject.detail?.startsWith(`${event} `)),
})

/** An address that is public and private at once. That others are merely in the private network explains nothing. */
export const PRIVATE_TOO: Cause = {
  ...cause('public-private-overlap', 'address'),
  when: (_effect, { subject }) => subject.address !== undefined,
}
