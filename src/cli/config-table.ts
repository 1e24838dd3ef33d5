import * as v from 'valibot'
import { parseIp } from '../lib/address/ip-text.ts'

/** A table of the configuration file, whose unknown keys are reported together with the known ones. */
export const table = <T extends v.ObjectEntries>(entries: T) =>
  v.strictObject(entries, (issue) =>
    issue.expected === 'never' ? `not a known key; known are ${Object.keys(entries).join(', ')}` : issue.message,
  )

const NO_ADDRESS = 'not an IP address'

/** The text of an IP address. */
export const ipAddress = v.pipe(
  v.string(NO_ADDRESS),
  v.check((text) => parseIp(text) !== undefined, NO_ADDRESS),
)
