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
  'connection-incomplete': {
    severity: 'error',
    breaks: "A `*Connection` of this product's own graph lacks `edges`, `pageInfo` or a nullable `totalCount`.",
    why: 'Clients page through every list alike, and show how long it is.',
    remedy: 'Name the connection and leave its type out: it is made with the graph.',
    example: 'type JobConnection { edges: [JobEdge!]! pageInfo: PageInfo! }',
  },
  'list-not-paged': {
    severity: 'error',
    breaks:
      "A field of this product's own graph gives a connection and lacks `first: Int = 20`, `after`, `last` or `before`.",
    why: 'No list is unbounded, and clients walk every list from both ends.',
    remedy: 'Add the arguments.',
    example: 'type Query { jobs(first: Int): JobConnection @selfScoped }',
  },
  'filter-not-input': {
    severity: 'error',
    breaks: "A list of this product's own graph is narrowed by an argument other than one `filter`, an input object.",
    why: 'A filter grows: as an input object it does so without changing the field, and clients pass it on as one value.',
    remedy:
      'Put it into an input type `XFilter`; an argument that is there already is deprecated. Ids that say whose list it is stay.',
    example:
      'type Query { jobs(first: Int = 20, after: String, last: Int, before: String, state: JobState): JobConnection @selfScoped }',
  },
  'payload-without-user-errors': {
    severity: 'error',
    breaks: "A mutation of this product's own graph has no payload with `userErrors` whose `code` is of a closed list.",
    why: 'Expected refusals are answers that clients tell apart by code; faults and denials alone are GraphQL errors.',
    remedy:
      'Return `XPayload` with `userErrors: [XUserError!]!`, where `XUserError implements UserError` has `code: XErrorCode!`.',
    example: 'type Mutation { deleteJob(id: ID!): Boolean @projectScoped(capability: JOB_WRITE, project: "id") }',
  },
  'name-misspelt': {
    severity: 'error',
    breaks:
      "In this product's own graph a type is not spelt `LikeThis`, a field or argument not `likeThis`, or an enum value not `LIKE_THIS`.",
    why: 'Clients generate code of the names, and guess them.',
    remedy: 'Spell it so.',
    example: 'enum JobState { running }',
  },
  'id-not-opaque': {
    severity: 'error',
    breaks: "A field `id` of this product's own graph is not an `ID!`.",
    why: 'Ids carry their scope, and are nothing to compute with.',
    remedy: 'Make it an `ID!`.',
    example: 'type Job { id: Int! }',
  },
  'deprecation-undated': {
    severity: 'error',
    breaks: "A `@deprecated` of this product's own graph has no reason with words and a day.",
    why: 'Clients would know neither what to use instead nor until when they have.',
    remedy: 'Write both into the reason.',
    example: 'type Job { speed: Int @deprecated }',
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
