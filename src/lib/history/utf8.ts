/** Text of bytes, as what these bytes say; what is not UTF-8 becomes U+FFFD. @param bytes Latin-1. */
export const utf8 = (bytes: string): string => (/[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes)
