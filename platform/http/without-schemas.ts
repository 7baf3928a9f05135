import type { FastifyServerOptions } from 'fastify'

const refuse = (): never => {
  throw new Error('No route has a JSON schema')
}

/**
 * Options of a Fastify server whose routes have no JSON schemas: zod and GraphQL say what is valid. Without them Fastify
 * loads two compilers of schemas that it would never use.
 */
export const WITHOUT_SCHEMAS = {
  schemaController: { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } },
} as const satisfies FastifyServerOptions
