import { trimmedEnd } from '../trimmed-end.ts'

/**
 * A line of a nodes or public addresses file as ctdbd reads it: it ends at a carriage return too, and blanks around it do not count. Blanks are
 * the space and the tab; all else, a byte order mark for one, belongs to a word.
 */
export const lineAsRead = (line: string): string => trimmedEnd((line.split('\r', 1)[0] ?? '').replace(/^[ \t]+/, ''), ' \t')
