/** A number of 32 bits as CTDB prints ids and flags: `0x7132c184`. */
export const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
