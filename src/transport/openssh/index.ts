export { OpensshPool, type OpensshPoolOptions } from './pool.ts'
