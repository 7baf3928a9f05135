import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { ReportError } from '../../errors/error-reporter.ts'
import { GRAPHQL_PATH } from '../graphql-route.ts'
import { sendError } from '../http-errors.ts'

/** Signs demo users in for whoever opens the IDE; there only where the embedded identity provider is. */
export interface DemoTokens {
  readonly users: readonly string[]
  readonly issue: (user: string) => Promise<string>
}

/** What the IDE's selector asks for. The users are public, and so are their passwords. */
export const demoTokenRoutes = (fastify: FastifyInstance, { users, issue }: DemoTokens, report: ReportError): void => {
  fastify.get(`${GRAPHQL_PATH}/ide/users`, (_, reply) => reply.send({ users }))
  fastify.post(`${GRAPHQL_PATH}/ide/token`, async (request, reply) => {
    if (!isUnderOwnName(request.headers.host)) return sendError(reply, catalogued('CSRF_REFUSED'), report)
    const user = requestedUser(request.body)
    if (user === undefined || !users.includes(user)) return sendError(reply, catalogued('INVALID_INPUT'), report)
    return reply.header('cache-control', 'no-store').send({ token: await issue(user) })
  })
}

/**
 * An address or `localhost`, under which the IDE is opened. A page whose own name leads here by DNS rebinding is of our
 * origin to its browser; only the name that it calls us by tells.
 */
const isUnderOwnName = (host: string | undefined): boolean => {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

const requestedUser = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'user' in body && typeof body.user === 'string' ? body.user : undefined
