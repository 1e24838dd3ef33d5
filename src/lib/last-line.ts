/** The last line of what a command printed, where the reason of a failure is: sudo, for one, warns before. Empty if it printed nothing. */
export const lastLineOf = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? ''
