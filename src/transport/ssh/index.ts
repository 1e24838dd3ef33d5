export type { SshConnection } from './connection.ts'
export { SshPool, type SshPoolOptions } from './pool.ts'
export { parseSshTarget } from './target.ts'
