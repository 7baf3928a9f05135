/** What this product asks of its own graph besides; graphs of others need not follow it. */
export const CONVENTION_RULES = {
  'mutation-not-audited': {
    severity: 'error',
    breaks: "A mutation of this product's own graph is not `@audited`.",
    why: 'It would leave no row in the audit log.',
    remedy: 'Add `@audited(action:)`.',
    example: 'type Mutation { deleteJob(id: ID!): Job @projectScoped(capability: JOB_WRITE, project: "id") }',
  },
  'subscription-not-audited': {
    severity: 'error',
    breaks: "A project-scoped subscription of this product's own graph is not `@audited`.",
    why: 'Who follows a thing of a project, or tried to, would leave no row in the audit log.',
    remedy: 'Add `@audited(action:)`.',
    example: 'type Subscription { job(id: ID!): Job @projectScoped(capability: JOB_READ, project: "id") }',
  },
  'mutation-without-key': {
    severity: 'error',
    breaks: "A mutation of this product's own graph has no `input` with an `idempotencyKey`.",
    why: 'Who does not know whether it was done could not send it again.',
    remedy: 'Give it one argument `input`: the inputs of mutations are given their `idempotencyKey`.',
    example: 'type Mutation { deleteJob(id: ID!): Job @projectScoped(capability: JOB_WRITE, project: "id") }',
  },
  'description-missing': {
    severity: 'error',
    breaks: "A type, field, argument or enum value of this product's own graph has no description.",
    why: 'The graph is its own manual.',
    remedy: 'Write one above it.',
    example: 'type Job { state: JobState! }',
  },
  'supergraph-stale': {
    severity: 'error',
    breaks: 'The committed `schema/supergraph.graphql` is not what the subgraphs compose to.',
    why: 'The gateway would serve yesterday’s rules.',
    remedy: 'Run `npm run compose` and commit the file.',
    example: '# found by `npm run compose:check`',
  },
} as const
