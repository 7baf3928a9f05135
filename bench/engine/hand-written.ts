import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { announce } from '../part-process.ts'

/** The answer to one operation's variables, as JSON. */
export type Answer = (variables: Readonly<Record<string, unknown>>) => string | Promise<string>

interface Body {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** The least that a server can do for these operations: it knows them by their text. */
export const serveByHand = async (name: string, answers: ReadonlyMap<string, Answer>): Promise<void> => {
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const { query, variables = {} } = JSON.parse(text) as Body // the bench alone asks
      const answer = answers.get(query)
      if (!answer) {
        response.writeHead(400).end()
        return
      }
      const send = (body: string): void => {
        response
          .writeHead(200, {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
          })
          .end(body)
      }
      const body = answer(variables)
      if (typeof body === 'string') send(body)
      else void body.then(send)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  announce(name, `http://127.0.0.1:${port}`)
}
