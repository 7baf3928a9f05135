import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse, type GraphQLSchema } from 'graphql'
import { inProcessTransport } from '../../gateway/transport/in-process-transport.ts'
import type { RequestContext, SubgraphTransport } from '../../gateway/transport/transport.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { withPromptEntities } from '../../platform/graphql/prompt-entities.ts'

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']>

/** A subgraph of a test: its SDL without the federation link, and resolvers over the test's own data. */
export interface TestSubgraph {
  readonly typeDefs: string
  readonly resolvers: Resolvers
}

export interface FederatedGraph {
  readonly sdl: string
  readonly schemas: ReadonlyMap<string, GraphQLSchema>
  readonly transports: (name: string) => SubgraphTransport
  /** Names of the subgraphs that were fetched from, in order. */
  readonly fetched: string[]
  /** The same fetches, with what was asked. */
  readonly sent: SentFetch[]
}

export interface SentFetch {
  readonly subgraph: string
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@inaccessible", "@override", "@interfaceObject", "@tag", "@context", "@fromContext"])\n`

/** Composes subgraphs and serves them in process. Fails with composition's own messages. */
export const federatedGraph = (
  subgraphs: Readonly<Record<string, TestSubgraph>>,
  urls: Readonly<Record<string, string>> = {},
): FederatedGraph => {
  const services = Object.entries(subgraphs).map(([name, { typeDefs, resolvers }]) => ({
    name,
    url: urls[name] ?? '',
    typeDefs: parse(typeDefs.includes('specs.apollo.dev/federation') ? typeDefs : LINK + typeDefs),
    resolvers,
  }))
  const composed = composeServices(services)
  if (composed.errors) throw new Error(composed.errors.map(({ message }) => message).join('\n'))
  const fetched: string[] = []
  const sent: SentFetch[] = []
  const schemas = new Map(
    services.map(({ name, typeDefs, resolvers }) => [
      name,
      withPromptEntities(buildSubgraphSchema([{ typeDefs, resolvers }])),
    ]),
  )
  const transports = new Map(
    [...schemas].map(([name, schema]) => {
      const transport = inProcessTransport({ name, schema, context: () => ({}), timeoutMs: 2000 })
      const counted: SubgraphTransport = {
        ...transport,
        execute: (fetch, variables, request) => {
          fetched.push(name)
          sent.push({ subgraph: name, operation: fetch.operation, variables })
          return transport.execute(fetch, variables, request)
        },
      }
      return [name, counted]
    }),
  )
  return {
    sdl: composed.supergraphSdl,
    schemas,
    fetched,
    sent,
    transports: (name) => {
      const transport = transports.get(name)
      if (!transport) throw new Error(`The test has no subgraph ${name}`)
      return transport
    },
  }
}

/** The context of a request that nobody in particular makes; its client leaves when the signal aborts. */
export const testRequest = ({
  signal,
  ...changes
}: Partial<RequestContext> & { readonly signal?: AbortSignal } = {}): RequestContext => ({
  principal: ANONYMOUS,
  access: undefined,
  correlationId: 'test-correlation',
  cancellation: leavingWith(signal),
  state: new Map(),
  ...changes,
})

const leavingWith = (signal: AbortSignal | undefined): Cancellation => {
  const cancellation = new Cancellation()
  const leave = (): void => cancellation.cancel(signal?.reason instanceof Error ? signal.reason : new Error('left'))
  if (signal?.aborted) leave()
  signal?.addEventListener('abort', leave)
  return cancellation
}
