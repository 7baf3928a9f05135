import { ApolloGateway } from '@apollo/gateway'

type StaticOptions = Extract<ConstructorParameters<typeof ApolloGateway>[0], { supergraphSdl: string }>

/** Apollo's own gateway, silent: it reports its host to Apollo unless told otherwise by the environment. */
export const stockGateway = (options: StaticOptions): ApolloGateway => {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
  return new ApolloGateway({ logger: QUIET, ...options })
}

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
