/** What a caller proved about itself. Holds no permission: claims such as `role` grant nothing (R2). */
export type Principal = UserPrincipal | ServiceAccountPrincipal | AnonymousPrincipal

export interface UserPrincipal {
  readonly kind: 'user'
  /** The `sub` that the identity provider vouches for; iam maps it to a user. */
  readonly subject: string
  readonly sessionId: string | undefined
  /** `auth_time`: when the person last typed a credential. */
  readonly authenticatedAt: Date | undefined
  readonly assurance: 'single' | 'multi'
}

export interface ServiceAccountPrincipal {
  readonly kind: 'service-account'
  readonly serviceAccountId: string
  readonly apiKeyId: string
  readonly capabilities: readonly string[]
}

export interface AnonymousPrincipal {
  readonly kind: 'anonymous'
}

export const ANONYMOUS: AnonymousPrincipal = { kind: 'anonymous' }

/** The key under which grants are cached and internal tokens reused: one text for each principal. */
export const principalKey = (principal: Principal): string => {
  switch (principal.kind) {
    case 'user':
      return `user:${principal.subject}`
    case 'service-account':
      return `service-account:${principal.serviceAccountId}:${principal.apiKeyId}`
    case 'anonymous':
      return 'anonymous'
  }
}
