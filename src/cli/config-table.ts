import * as v from 'valibot'

/** A table of the configuration file, whose unknown keys are reported together with the known ones. */
export const table = <T extends v.ObjectEntries>(entries: T) =>
  v.strictObject(entries, (issue) =>
    issue.expected === 'never' ? `not a known key; known are ${Object.keys(entries).join(', ')}` : issue.message,
  )
