export type { SshConnection } from './connection.ts'
export { SshPool, type SshPoolOptions } from './pool.ts'
export { ssh2Connections } from './ssh2-connections.ts'
export { parseSshTarget } from './target.ts'
