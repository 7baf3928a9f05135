import { readFile } from 'node:fs/promises'
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { announce, endOnSignals } from '../part-process.ts'

/** The stock gateway as its documentation sets it up, with the `RemoteGraphQLDataSource` that it brings. It knows nobody. */
endOnSignals()
const [file = ''] = process.argv.slice(2)
const server = new ApolloServer({
  gateway: new ApolloGateway({ supergraphSdl: await readFile(file, 'utf8') }),
  nodeEnv: 'production',
})
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } })
announce('stock', url.replace(/\/$/, ''))
