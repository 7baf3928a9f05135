import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const NAMED = ['@apollo/gateway', '@apollo/server', 'graphql', 'fastify', '@prisma/client', 'pg', 'autocannon'] as const

/** Of Node and of the packages that what is measured depends on most. */
export const versions = async (): Promise<Readonly<Record<string, string>>> => {
  const manifest: unknown = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8'))
  const { dependencies, devDependencies } = manifest as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const pinned = { ...dependencies, ...devDependencies }
  return {
    node: process.versions.node,
    ...Object.fromEntries(NAMED.map((name) => [name, pinned[name] ?? 'unknown'])),
  }
}
