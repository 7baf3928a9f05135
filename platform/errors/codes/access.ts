import type { CatalogueEntry } from '../entry.ts'

/** Who is calling, and what they may reach. */
export const ACCESS_CODES = {
  UNAUTHENTICATED: {
    message: 'A valid credential is required.',
    retryable: false,
    httpStatus: 401,
    when: 'The credential that was sent is expired, forged, malformed, revoked or meant for someone else, or none was sent where one is needed. The whole request fails, public fields included.',
    remedy: 'Obtain a new access token from the identity provider, or send no credential at all to stay anonymous.',
  },
  PROJECT_ACCESS_DENIED: {
    message: 'The project does not exist or you have no access to it.',
    retryable: false,
    when: 'The id names a project, or a thing inside one, that is not yours. A project that does not exist gives the same answer, byte for byte apart from the correlation id.',
    remedy: 'Check the id. If it is right, ask an owner of the organization for a membership.',
  },
  ORGANIZATION_ACCESS_DENIED: {
    message: 'The organization does not exist or you have no access to it.',
    retryable: false,
    when: 'The id names an organization, or a thing it owns, that you are not an active member of, or that does not exist.',
    remedy: 'Check the id. If it is right, ask an owner of the organization for a membership.',
  },
  PLATFORM_ACCESS_DENIED: {
    message: 'This is for operators of the platform only.',
    retryable: false,
    when: 'The field is for operators, and the caller is not one.',
    remedy: 'Use an operator account, or leave the field out.',
  },
  SELF_ACCESS_DENIED: {
    message: 'This is for signed-in users only.',
    retryable: false,
    when: 'The field shows the caller’s own things, and the caller is anonymous, is a program, or asks for another user’s.',
    remedy: 'Sign in as a user and ask for your own things.',
  },
  ACTOR_DISABLED: {
    message: 'This account is disabled.',
    retryable: false,
    when: 'The credential is valid, but its user or service account was disabled. This is decided before any permission.',
    remedy: 'Ask an owner of the organization, or support, to enable the account.',
  },
  ORGANIZATION_SUSPENDED: {
    message: 'The organization is suspended.',
    retryable: false,
    when: 'You are a member, but the organization was suspended.',
    remedy: 'An owner of the organization finds the reason in the notifications and can contact support.',
  },
  CAPABILITY_REQUIRED: {
    message: 'Your role does not include the capability that this needs.',
    retryable: false,
    when: 'You are a member, and your role lacks the capability that `extensions.capability` names. Only members see this code.',
    remedy: 'Ask an owner for a role that includes the capability.',
  },
  MFA_REQUIRED: {
    message: 'A fresh second factor is required.',
    retryable: false,
    when: 'The operation is sensitive, and the last sign-in with a second factor is missing or older than `extensions.maxAgeSeconds`.',
    remedy: 'Sign in again with a second factor, then repeat the operation with the new token.',
  },
  CSRF_REFUSED: {
    message: 'The request could have been made by another site and was refused.',
    retryable: false,
    httpStatus: 400,
    when: 'A request that a browser would send without asking first carries neither a JSON content type nor one of the headers that need a preflight, or comes from an origin that is not allowed.',
    remedy: 'Send `content-type: application/json`, or the header `apollo-require-preflight: true`.',
  },
  RATE_LIMITED: {
    message: 'Too many requests.',
    retryable: true,
    httpStatus: 429,
    when: 'The caller passed the limit of its group of operations.',
    remedy: 'Wait for `extensions.retryAfterSeconds`, then try again.',
  },
} as const satisfies Record<string, CatalogueEntry>
