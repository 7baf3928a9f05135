import { z } from 'zod'
import type { SubgraphName } from '../subgraph/module.ts'
import type { Kind } from './kinds.ts'

/** Every subgraph of the product. */
export const SUBGRAPHS = [
  'iam',
  'compute',
  'app-platform',
  'storage',
  'billing',
  'notifications',
] as const satisfies readonly SubgraphName[]

/** What one process may do. */
export type Role =
  'gateway' | 'worker' | 'identity' | 'migrate' | 'terminal' | 'node-agent' | `subgraph:${SubgraphName}`

export const ALL_ROLES: readonly Role[] = [
  'gateway',
  ...SUBGRAPHS.map((name) => `subgraph:${name}` as const),
  'worker',
  'identity',
  'migrate',
  'terminal',
  'node-agent',
]

/** What makes a process the whole product; terminals may be left out of it. */
const WHOLE = ALL_ROLES.filter((role) => role !== 'terminal' && role !== 'node-agent')

const isRole = (text: string): text is Role => ALL_ROLES.some((role) => role === text)

const parse = (text: string): ReadonlySet<Role> | undefined => {
  if (text === 'all') return new Set(ALL_ROLES)
  const names = text.split(',').map((name) => name.trim())
  return names.every(isRole) ? new Set(names.filter(isRole)) : undefined
}

export const roles = (): Kind<ReadonlySet<Role>> => ({
  schema: z.string().transform((text, context) => {
    const parsed = parse(text)
    if (parsed !== undefined) return parsed
    context.addIssue({ code: 'custom' })
    return z.NEVER
  }),
  expected: `all, or a list, separated by commas, of ${ALL_ROLES.join(', ')}`,
  exposure: 'plain',
})

/** Whether this process is the whole product: parts reach each other without the network. */
export const isEmbedded = (held: ReadonlySet<Role>): boolean => WHOLE.every((role) => held.has(role))

/** The subgraphs that this process serves. */
export const subgraphsOf = (held: ReadonlySet<Role>): readonly SubgraphName[] =>
  SUBGRAPHS.filter((name) => held.has(`subgraph:${name}`))
