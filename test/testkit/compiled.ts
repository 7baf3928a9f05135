import { join } from 'node:path'

/**
 * Where the processes that tests start keep what V8 made of their modules, as `npm start` does: they are many, and load
 * the same ones. Workers and what inherits their environment have it by `global-setup.ts`.
 */
export const COMPILED = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compiled')
