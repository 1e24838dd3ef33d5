/** The words for one thing, or those for another number of them. */
export const oneOr = (count: number, one: string, several: string): string => (count === 1 ? one : several)

/** A number with its noun: `1 address`, `3 addresses`. */
export const counted = (count: number, one: string, several: string): string => `${count} ${oneOr(count, one, several)}`
