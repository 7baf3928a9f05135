import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, type DocumentNode } from 'graphql'
import { shopSchema, SHOP_SUBGRAPHS } from './shop.ts'
import { compiledExecution } from '../../platform/graphql/execution/compile-document.ts'
import { announce, endOnSignals } from '../part-process.ts'

/**
 * The five subgraphs, each on a port of its own: as thin as a server can be that still answers any query. They share a
 * processor with the load, so what was asked before is answered from memory: they must not be what is measured.
 */
endOnSignals()

/** Answers that one subgraph remembers: those of the operations, and no more. */
const REMEMBERED = 64

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
  const answers = new Map<string, Buffer>()
  const answerTo = async (text: string): Promise<Buffer> => {
    const { query, variables } = JSON.parse(text) as Body // the bench's own gateways ask
    const answer = Buffer.from(
      JSON.stringify(await execute({ document: documentOf(query), variableValues: variables })),
    )
    if (answers.size < REMEMBERED) answers.set(text, answer)
    return answer
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString()
      const send = (body: Buffer): void => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
      }
      const known = answers.get(text)
      if (known) send(known)
      else void answerTo(text).then(send)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  announce(`Subgraph ${name}`, `http://127.0.0.1:${port}`)
}
