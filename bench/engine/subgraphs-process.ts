import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, type DocumentNode } from 'graphql'
import { shopSchema, SHOP_SUBGRAPHS } from './shop.ts'
import { compiledExecution } from '../../platform/graphql/execution/compile-document.ts'
import { announce, endOnSignals } from '../part-process.ts'

/** The five subgraphs, each on a port of its own: as thin as a server can be that still answers any query. */
endOnSignals()

interface Body {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

for (const name of SHOP_SUBGRAPHS) {
  const execute = compiledExecution(shopSchema(name))
  const documents = new Map<string, DocumentNode>()
  const documentOf = (query: string): DocumentNode => {
    const known = documents.get(query)
    if (known) return known
    const document = parse(query, { noLocation: true })
    documents.set(query, document)
    return document
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as Body // the bench's own gateways ask
      void Promise.resolve(execute({ document: documentOf(query), variableValues: variables })).then((result) => {
        const body = Buffer.from(JSON.stringify(result))
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
      })
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  announce(`Subgraph ${name}`, `http://127.0.0.1:${port}`)
}
