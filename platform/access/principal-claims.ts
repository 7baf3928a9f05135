import { z } from 'zod'
import { ANONYMOUS, type Principal } from './principal.ts'

const seconds = z.int().nonnegative()
const text = z.string().min(1).max(1024)

/** A principal as claims of an internal token. `sub` is for people who read logs; `kind` decides what is read. */
const principalClaimsSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    sub: text,
    sid: text.optional(),
    auth_time: seconds.optional(),
    assurance: z.enum(['single', 'multi']),
  }),
  z.object({
    kind: z.literal('service-account'),
    sub: text,
    key: text,
    capabilities: z.array(text).max(1000),
  }),
  z.object({ kind: z.literal('anonymous'), sub: z.literal('anonymous') }),
])

export type PrincipalClaims = z.infer<typeof principalClaimsSchema>

/** `decodePrincipal` reads back what this wrote; `authenticatedAt` keeps whole seconds, as `auth_time` does. */
export const encodePrincipal = (principal: Principal): PrincipalClaims => {
  switch (principal.kind) {
    case 'user':
      return {
        kind: 'user',
        sub: principal.subject,
        assurance: principal.assurance,
        ...(principal.sessionId === undefined ? {} : { sid: principal.sessionId }),
        ...(principal.authenticatedAt === undefined
          ? {}
          : {
              auth_time: Math.floor(principal.authenticatedAt.getTime() / 1000),
            }),
      }
    case 'service-account':
      return {
        kind: 'service-account',
        sub: principal.serviceAccountId,
        key: principal.apiKeyId,
        capabilities: [...principal.capabilities],
      }
    case 'anonymous':
      return { kind: 'anonymous', sub: 'anonymous' }
  }
}

/** `undefined` for claims that are not those of a principal, whole or in part. Claims it does not know are not read (R2). */
export const decodePrincipal = (claims: unknown): Principal | undefined => {
  const parsed = principalClaimsSchema.safeParse(claims)
  if (!parsed.success) return undefined
  const { data } = parsed
  switch (data.kind) {
    case 'user':
      return {
        kind: 'user',
        subject: data.sub,
        sessionId: data.sid,
        authenticatedAt: data.auth_time === undefined ? undefined : new Date(data.auth_time * 1000),
        assurance: data.assurance,
      }
    case 'service-account':
      return {
        kind: 'service-account',
        serviceAccountId: data.sub,
        apiKeyId: data.key,
        capabilities: data.capabilities,
      }
    case 'anonymous':
      return ANONYMOUS
  }
}
