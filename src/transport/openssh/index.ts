export { OpensshPool } from './pool.ts'
