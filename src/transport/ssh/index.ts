export type { SshConnection } from './connection.ts'
export { SshPool, type SshPoolOptions } from './pool.ts'
export { type SshRoutes, sshRoutes } from './routes.ts'
export { parseSshTarget } from './target.ts'
