const MAX_REMOTE_TEXT = 300

/** A text from another machine, made safe for messages: without control characters and line separators, on one line, at most 300 characters. */
export const remoteText = (text: string): string =>
  text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, MAX_REMOTE_TEXT)

/** The message of an error, which may come from the other side. */
export const reasonOf = (error: unknown): string => remoteText((error instanceof Error && error.message) || String(error))
