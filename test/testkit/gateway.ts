import { silentLog } from '../../platform/log/log.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/create-gateway.ts'
import { federatedGraph, type FederatedGraph, type TestSubgraph } from './federated-graph.ts'

/** A gateway on a free port over subgraphs of this process. */
export interface TestGateway {
  readonly gateway: Gateway
  readonly graph: FederatedGraph
  readonly url: string
  /** Posts a GraphQL request as a client does. */
  readonly ask: (body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Asked>
}

export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly data: unknown
  readonly errors: readonly AskedError[]
}

export interface AskedError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>>
}

export const startGateway = async (
  subgraphs: Readonly<Record<string, TestSubgraph>>,
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> => {
  const graph = federatedGraph(subgraphs)
  const gateway = await createGateway({
    supergraph: { sdl: graph.sdl },
    transports: graph.transports,
    log: silentLog,
    production: false,
    ...options,
  })
  const { url } = await gateway.listen(0, '127.0.0.1')
  return {
    gateway,
    graph,
    url,
    ask: async (body, headers = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return readAnswer(response)
    },
  }
}

export const readAnswer = async (response: Response): Promise<Asked> => {
  const text = await response.text()
  const parsed = (text.startsWith('{') ? JSON.parse(text) : {}) as { data?: unknown; errors?: AskedError[] }
  return { status: response.status, headers: response.headers, text, data: parsed.data, errors: parsed.errors ?? [] }
}
