import { capabilitiesOf, type Role } from '../../directives/capabilities.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { SubgraphModule, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { hostSubgraph } from '../../server/subgraph/build.ts'
import { documentCache } from '../../server/subgraph/documents.ts'
import { operationRunner } from '../../server/subgraph/operation.ts'

type Variables = Readonly<Record<string, unknown>>

/** Answers as they travel: prototypes, dates and undefined are gone. */
export interface TravelledAnswer {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[]
}

export interface ServedSubgraph {
  /** What each caller holds now, by subject; nobody knows others. */
  readonly callers: Map<string, Grants>
  /** Without a subject: anonymous. */
  readonly ask: (text: string, variables?: Variables, subject?: string) => Promise<TravelledAnswer>
  /** The answers of a subscription, each executed with grants and loaders of its own. */
  readonly follow: (
    text: string,
    variables: Variables,
    subject: string,
  ) => Promise<AsyncIterableIterator<TravelledAnswer, undefined>>
}

const travelled = (value: object): unknown => JSON.parse(JSON.stringify(value))

const answerOf = (result: object): TravelledAnswer => travelled(result) as TravelledAnswer // an execution's result

const principalOf = (subject: string | undefined): Principal =>
  subject === undefined
    ? ANONYMOUS
    : { kind: 'user', subject, sessionId: undefined, authenticatedAt: undefined, assurance: 'single' }

/** A subgraph with its rules enforced, asked without a network: the second layer and everything below it. */
export const serveSubgraph = (module: SubgraphModule, platform: SubgraphPlatform): ServedSubgraph => {
  const callers = new Map<string, Grants>()
  const hosted = hostSubgraph(module, module.start(platform), { clock: platform.clock })
  const load = (principal: Principal) =>
    Promise.resolve((principal.kind === 'user' ? callers.get(principal.subject) : undefined) ?? NO_GRANTS)
  const run = operationRunner({ subgraph: hosted, grants: { load, fresh: load } })
  const documents = documentCache(hosted.schema)

  const prepare = (text: string, variables: Variables, subject: string | undefined) => {
    const document = documents(text)
    const sent = travelled(variables) as Variables // an object stays one
    const prepared = run({
      document,
      operationName: undefined,
      variables: sent,
      principal: principalOf(subject),
      cancellation: new Cancellation(),
    })
    if (!prepared.ok) throw new AggregateError(prepared.error, prepared.error.map(({ message }) => message).join())
    return prepared.value
  }

  return {
    callers,
    ask: async (text, variables = {}, subject) => answerOf(await prepare(text, variables, subject).execute()),
    follow: async (text, variables, subject) => {
      const operation = prepare(text, variables, subject)
      const source = await operation.source()
      if (!(Symbol.asyncIterator in source)) {
        throw new AggregateError(source.errors ?? [], 'The subscription was refused')
      }
      const events = source[Symbol.asyncIterator]()
      const done = { done: true, value: undefined } as const
      const answers: AsyncIterableIterator<TravelledAnswer, undefined> = {
        next: async () => {
          const event = await events.next()
          return event.done === true
            ? done
            : { done: false, value: answerOf(await operation.executeEvent(event.value)) }
        },
        return: async () => {
          await events.return?.()
          return done
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
      return answers
    },
  }
}

/** What a member of projects holds, and of their organizations besides where it is said. */
export const membership = (
  role: Role,
  projects: readonly ProjectScope[],
  organizations: readonly Uuid[] = [],
  userId: Uuid = systemIds.next(),
): Grants => {
  const held = { suspended: false, capabilities: capabilitiesOf(role) }
  return {
    ...NO_GRANTS,
    userId,
    projects: new Map(projects.map(({ organizationId, projectId }) => [projectId, { ...held, organizationId }])),
    organizations: new Map(organizations.map((organizationId) => [organizationId, held])),
  }
}
