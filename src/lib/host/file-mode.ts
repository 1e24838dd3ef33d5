/** The type of a file in its mode, and that of a regular file. */
const TYPE_MASK = 0xf000
const REGULAR = 0x8000

/** Whether a file is a regular one. @param mode as `stat -c %f` prints it: hexadecimal. */
export const isRegularFile = (mode: string): boolean => (Number.parseInt(mode, 16) & TYPE_MASK) === REGULAR
